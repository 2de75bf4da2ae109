/** Which host serves this window: Electron's preload port, or the browser host of the page. */
import { portChannel, socketChannel } from '../../../shared/channel'
import { connectLab } from '../../../shared/rpc'
import { BROWSER_CAPS, PORT_MESSAGE } from '../../../shared/shell'
import type { PreloadApi } from '../../../shared/shell'
import { HostRefusal } from './client'
import type { LabSource } from './client'

type Page = Window & typeof globalThis

/** Letters of the launch token in the fragment: base64url. */
const TOKEN = /^#t=([A-Za-z0-9_-]+)$/

export function pickSource(page: Page): LabSource {
  const bridge: PreloadApi | undefined = page.paxosLab
  if (!bridge) return browserSource(page)
  return {
    caps: bridge.caps,
    platform: bridge.platform,
    open: async () => connectLab(portChannel(await receivePort(page, bridge))),
  }
}

function browserSource(page: Page): LabSource {
  const { location } = page
  return {
    caps: BROWSER_CAPS,
    platform: page.navigator.platform,
    async open() {
      await openSession(page)
      const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
      const socket = new WebSocket(`${scheme}://${location.host}/ws`)
      const channel = socketChannel(socket)
      await opened(socket)
      return connectLab(channel)
    },
  }
}

/** The shell answers with a window message that carries the port; it does so once a page. */
function receivePort(page: Page, bridge: PreloadApi): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const listen = (event: MessageEvent): void => {
      const port = event.ports[0]
      if (event.source !== page || event.data !== PORT_MESSAGE || !port) return
      page.removeEventListener('message', listen)
      resolve(port)
    }
    page.addEventListener('message', listen)
    bridge.connect().catch((error: unknown) => {
      page.removeEventListener('message', listen)
      reject(error instanceof Error ? error : new Error(String(error)))
    })
  })
}

/** The launch token is used once, then a cookie is the session; the address keeps no secret. */
async function openSession(page: Page): Promise<void> {
  const token = TOKEN.exec(page.location.hash)?.[1]
  if (token !== undefined) {
    page.history.replaceState(null, '', page.location.pathname + page.location.search)
  }
  // Without a token it asks whether there is a session: a refused socket would not say why.
  const question = token === undefined ? {} : { method: 'POST', body: token }
  const answer = await page.fetch('/session', question).catch(() => null)
  if (answer === null) throw new Error('Host not answering')
  if (!answer.ok) {
    throw new HostRefusal('Open the last link in the terminal of the lab, in this browser')
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('close', () => reject(new Error('Host not answering')))
  })
}
