/**
 * Puts a real Chromium page behind the stand-in's window: requests for `app://lab/` are answered by
 * the handler that the shell registered, the built preload runs before the page's scripts, and its
 * port is bridged. Chromium knows no scheme of ours, so the page is at an https address that stands
 * for it; nothing is ever asked of a network.
 */
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { BrowserContext, Page, Route } from 'playwright-core'
import { installPageWorld } from './pageWorld'
import type { PageWorld } from './pageWorld'
import type { PortMainStandIn } from './ports'
import { standIn } from './standIn'
import { opened } from './windows'
import type { WindowStandIn } from './windows'

const PAGE_ORIGIN = 'https://app.lab.test'
const APP_ORIGIN = 'app://lab'

export function putChromiumBehind(endpoint: string, userData: string, chosen: string): void {
  let context: Promise<BrowserContext> | null = null
  const pages = new Map<WindowStandIn, Promise<Page>>()
  Object.assign(standIn, { exits: true, userData, chosen })
  opened.driver = async (window) => {
    context ??= connect(endpoint)
    const open = pages.get(window) ?? openPage(await context, window)
    pages.set(window, open)
    await (await open).goto(`${PAGE_ORIGIN}/`)
  }
}

async function connect(endpoint: string): Promise<BrowserContext> {
  const browser = await chromium.connectOverCDP(endpoint)
  const [context] = browser.contexts()
  if (!context) throw new Error('the browser has no default context')
  return context
}

async function openPage(context: BrowserContext, window: WindowStandIn): Promise<Page> {
  const page = await context.newPage()
  await page.route('**/*', answerRoute)
  const { webContents, options } = window
  await page.exposeFunction('standInInvoke', (name: string, args: readonly unknown[]) => {
    const event = { senderFrame: webContents.mainFrame, sender: webContents }
    return standIn.ipcHandlers.get(name)?.(event, ...args)
  })
  await bridgePorts(page, window)
  const preload = readFileSync(options.webPreferences.preload, 'utf8')
  const content = `(${String(installPageWorld)})((require, module, exports) => {${preload}\n})`
  await page.addInitScript({ content })
  page.on('close', () => window.close())
  return page
}

async function answerRoute(route: Route): Promise<void> {
  const url = route.request().url()
  const handler = standIn.schemeHandlers.get('app')
  if (!handler || !url.startsWith(`${PAGE_ORIGIN}/`)) return route.abort()
  const method = route.request().method()
  const asked = { url: APP_ORIGIN + url.slice(PAGE_ORIGIN.length), method }
  // `Request` knows no scheme of our own, so it is described by the parts that are read.
  const answer = await handler(asked as Request)
  await route.fulfill({
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: Buffer.from(await answer.arrayBuffer()),
  })
}

async function bridgePorts(page: Page, window: WindowStandIn): Promise<void> {
  const ports = new Map<number, PortMainStandIn>()
  type WithWorld = { readonly standInWorld: PageWorld }
  const inPage = (act: Promise<void>): void => {
    // A page that is gone hears nothing more.
    act.catch(() => undefined)
  }
  await page.exposeFunction('standInPort', (id: number, data: unknown) => {
    ports.get(id)?.postMessage(data)
  })
  window.webContents.mainFrame.onMessage = (channel, sent) => {
    const ids = sent.map((port) => {
      const id = ports.size + 1
      ports.set(id, port)
      port.on('message', ({ data }: { data: unknown }) =>
        inPage(
          page.evaluate(
            ([to, text]) => (globalThis as unknown as WithWorld).standInWorld.deliver(to, text),
            [id, data] as const,
          ),
        ),
      )
      port.start()
      return id
    })
    inPage(
      page.evaluate(
        ([name, list]) => (globalThis as unknown as WithWorld).standInWorld.receive(name, list),
        [channel, ids] as const,
      ),
    )
  }
}
