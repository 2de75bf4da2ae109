import { createServer } from 'vite'
import { chromium } from 'playwright-core'
const jobs = JSON.parse(process.argv[2])
const server = await createServer({ configFile: '/work/main/test/support/chartPage/vite.config.ts', cacheDir:'/tmp/chart-vite-cache', server: { port: 0, host: '127.0.0.1', fs:{allow:['/work/main']} }, logLevel: 'error' })
await server.listen()
const url = server.resolvedUrls.local[0]
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-quic','--disable-background-networking','--disable-component-update','--disable-sync','--no-first-run'] })
try {
  for (const j of jobs) {
    const page = await browser.newPage({ viewport: { width: j.w ?? 1440, height: j.h ?? 900 } })
    page.on('console', (m) => { if (['error','warning'].includes(m.type())) console.log(j.out, m.type(), m.text().slice(0,400)) })
    page.on('pageerror', (e) => console.log(j.out, 'pageerror', String(e.stack).slice(0,600)))
    await page.goto(url + j.q)
    await page.waitForSelector('[data-chart]', { timeout: 30000 }).catch((e) => console.log('no charts', String(e).slice(0,200)))
    await page.waitForTimeout(j.wait ?? 1200)
    if (j.js) console.log(j.out, await page.evaluate(j.js))
    for (const s of j.steps ?? []) {
      if (s.click) await page.mouse.click(...s.click)
      if (s.move) await page.mouse.move(...s.move)
      if (s.sel) await page.click(s.sel)
      if (s.key) await page.keyboard.press(s.key)
      await page.waitForTimeout(s.wait ?? 300)
    }
    await page.screenshot({ path: '/tmp/' + j.out })
    await page.close()
  }
} finally { await browser.close(); await server.close() }
