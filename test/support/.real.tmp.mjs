import { spawn } from 'node:child_process'
import { chromium } from 'playwright-core'
const dir = '/tmp/realrun'
const host = spawn(process.execPath, ['out/main/web.js', '--runs', dir], { cwd: '/work/main' })
let out = ''
host.stdout.on('data', (c) => (out += c)); host.stderr.on('data', (c) => (out += c))
const url = await new Promise((res, rej) => { const t = setInterval(() => { const m = /http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]{43}/.exec(out); if (m) { clearInterval(t); res(m[0]) } }, 50); setTimeout(() => rej(new Error(out)), 15000) })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-quic','--disable-background-networking','--disable-component-update','--disable-sync','--no-first-run'] })
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.on('console', (m) => { if (m.type() === 'error') console.log('console', m.text().slice(0, 300)) })
  page.on('pageerror', (e) => console.log('pageerror', String(e.stack).slice(0, 500)))
  await page.goto(url)
  await page.waitForTimeout(1500)
  await page.screenshot({ path: '/tmp/r0.png' })
  const tiles = await page.locator('button, a').allInnerTexts()
  console.log(tiles.filter(t=>t).slice(0,40).join(' | ').replaceAll('\n',' / '))
  await page.locator('[data-scenario="dueling-proposers"], [data-testid="scenario-dueling-proposers"], button:has-text("ueling")').first().click()
  for (let i = 1; i <= 4; i++) { await page.waitForTimeout(process.argv[2] ? Number(process.argv[2]) : 7000); await page.screenshot({ path: `/tmp/r${i}.png` }) ; console.log(i, await page.locator('[data-verdict]').innerText().catch(()=>'-'), await page.locator('.now output').innerText().catch(()=>'-')) }
} finally { await browser.close(); host.kill('SIGTERM'); await new Promise((r) => host.once('exit', r)) }
