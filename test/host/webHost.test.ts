/** Rows EH1-EH4 and E5 of the browser host, each with what must be refused. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { SOCKETS_MAX, startWebHost } from '../../src/main/host/webHost'
import type { WebHost, WebHostOptions } from '../../src/main/host/webHost'
import { socketChannel } from '../../src/shared/channel'
import { connectLab } from '../../src/shared/rpc'
import { eventually } from '../support/eventually'
import { openSession, openSocket, pageFolder } from '../support/hostSources'
import { MemoryLab } from '../support/memoryLab'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Ask {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

let folder: string
let lab: MemoryLab
let host: WebHost
let urls: string[]

beforeEach(async () => {
  folder = pageFolder()
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'assets/index-1a2b.js'), 'export {}')
  writeFileSync(join(folder, 'assets/secret.env'), 'no known kind of file')
  lab = new MemoryLab()
  urls = []
  host = await start()
})
afterEach(async () => {
  await host.close()
  rmSync(folder, { recursive: true })
})

function start(options: Partial<WebHostOptions> = {}): Promise<WebHost> {
  const onFreshUrl = (url: string) => urls.push(url)
  return startWebHost({ lab, rendererDir: folder, onFreshUrl, ...options })
}

/** `fetch` does not let a test set Host, so requests are made by hand. */
function ask({ method = 'GET', path = '/', headers = {}, body = '' }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: host.port, method, path, headers, agent: false }
    const outgoing = request(options, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => (text += chunk))
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const own = () => `http://127.0.0.1:${host.port}`
const tokenOf = (url: string) => new URL(url).hash.slice('#t='.length)
const redeem = (token: string, headers: Record<string, string> = { origin: own() }) =>
  ask({ method: 'POST', path: '/session', body: token, headers })

/** The status of a refused upgrade; 101 when it was let in. */
function upgrade(headers: Record<string, string>, path = '/ws'): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, { headers })
    socket.on('open', () => {
      resolve(101)
      socket.terminate()
    })
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      response.resume()
      socket.terminate()
    })
    socket.on('error', reject)
  })
}

describe('EH1: loopback only', () => {
  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org'])('refuses to bind %s', async (name) => {
    await expect(start({ host: name })).rejects.toMatchObject({ code: 'badArgument' })
  })

  it('cannot be reached at any other address of this machine', async ({ skip }) => {
    const others = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
    skip(others.length === 0, 'this machine has only loopback')
    const socket = connect(host.port, others[0]?.address ?? '')
    const end = await new Promise((resolve) => {
      socket.on('connect', () => resolve('connected'))
      socket.on('error', () => resolve('refused'))
    })
    socket.destroy()
    expect(end).toBe('refused')
  })

  it('says in words that a port is in use', async () => {
    await expect(start({ port: host.port })).rejects.toMatchObject({
      code: 'portInUse',
      message: expect.stringContaining(String(host.port)),
    })
  })

  it('says in words that the window is not built', async () => {
    const rendererDir = join(folder, 'nowhere')
    await expect(start({ rendererDir })).rejects.toThrow(/not built.*npm run build/)
  })
})

describe('EH2: launch token and session', () => {
  it('the token is in the fragment and has 256 bits', () => {
    const url = new URL(host.url)
    expect(url.origin + url.pathname + url.search).toBe(`${own()}/`)
    expect(Buffer.from(tokenOf(host.url), 'base64url')).toHaveLength(32)
  })

  it('opens a session by a cookie that scripts and other sites cannot use', async () => {
    const { status, headers, body } = await redeem(tokenOf(host.url))
    expect(status).toBe(204)
    expect(body).toBe('')
    const [cookie = ''] = headers['set-cookie'] ?? []
    expect(cookie).toMatch(
      new RegExp(`^paxosLab${host.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    )
    const held = cookie.split(';')[0] ?? ''
    expect((await ask({ path: '/session', headers: { cookie: held } })).status).toBe(204)
  })

  it('works once; the next browser gets a fresh link', async () => {
    const token = tokenOf(host.url)
    expect((await redeem(token)).status).toBe(204)
    const again = await redeem(token)
    expect(again.status).toBe(401)
    expect(again.headers['set-cookie']).toBeUndefined()
    expect(JSON.parse(again.body).words).toMatch(/Take the last link in the terminal/)
    expect(urls).toEqual([host.url])
    expect(tokenOf(host.url)).not.toBe(token)
    expect((await redeem(tokenOf(host.url))).status).toBe(204)
  })

  it('a used token with the session it opened is a reload, not an error', async () => {
    const token = tokenOf(host.url)
    const cookie = await openSession(host)
    expect((await redeem(token, { origin: own(), cookie })).status).toBe(204)
    expect(urls).toHaveLength(1)
  })

  it.each(['', 'wrong', 'A'.repeat(43), 'A'.repeat(100_000)])(
    'refuses a wrong token',
    async (t) => {
      const { status, headers } = await redeem(t)
      expect([401, 413]).toContain(status)
      expect(headers['set-cookie']).toBeUndefined()
      expect((await redeem(tokenOf(host.url))).status).toBe(204)
    },
  )

  it('stops hammering', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => redeem('wrong')))
    expect(answers.map(({ status }) => status)).toContain(429)
  })

  it('two labs do not share a cookie name', async () => {
    const other = await start()
    const [first = ''] = (await openSession(host)).split('=')
    const [second = ''] = (await openSession(other)).split('=')
    await other.close()
    expect(first).not.toBe(second)
  })
})

describe('EH3: Host and Origin', () => {
  it.each(['evil.example', '127.0.0.1', 'localhost', '127.0.0.1:1', '[::1]:80'])(
    'refuses the Host "%s", whatever is asked',
    async (name) => {
      const cookie = await openSession(host)
      const headers = { host: name, cookie, origin: own() }
      expect((await ask({ headers })).status).toBe(403)
      expect((await ask({ path: '/session', headers })).status).toBe(403)
      expect((await redeem(tokenOf(host.url), headers)).status).toBe(403)
    },
  )

  it('refuses a foreign Host on an upgrade', async () => {
    const cookie = await openSession(host)
    const headers = { host: `evil.example:${host.port}`, cookie, origin: own() }
    expect(await upgrade(headers)).toBe(403)
  })

  const foreign = (): (readonly [string, Record<string, string>])[] => [
    ['no Origin', {}],
    ['a foreign Origin', { origin: 'http://evil.example' }],
    ['a null Origin', { origin: 'null' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['https', { origin: own().replace('http:', 'https:') }],
    ['an Origin that starts like ours', { origin: `${own()}.evil.example` }],
    ['localhost for 127.0.0.1', { origin: `http://localhost:${host.port}` }],
  ]

  it('refuses every other Origin on a POST and keeps the token whole', async () => {
    for (const [what, headers] of foreign()) {
      expect((await redeem(tokenOf(host.url), headers)).status, what).toBe(403)
    }
    expect((await redeem(tokenOf(host.url))).status).toBe(204)
  })

  it('refuses every other Origin on an upgrade, even with the cookie', async () => {
    const cookie = await openSession(host)
    for (const [what, headers] of foreign()) {
      expect(await upgrade({ ...headers, cookie }), what).toBe(403)
    }
    expect(await upgrade({ origin: own(), cookie })).toBe(101)
  })

  it('refuses a form that another site posts', async () => {
    const { status } = await ask({
      method: 'POST',
      path: '/session',
      body: `t=${tokenOf(host.url)}`,
      headers: {
        origin: 'http://evil.example',
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'cross-site',
      },
    })
    expect(status).toBe(403)
  })

  it('localhost is our name too', async () => {
    const name = `localhost:${host.port}`
    const page = await ask({ headers: { host: name } })
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toContain(`ws://${name}`)
    const headers = { host: name, origin: `http://${name}` }
    expect((await redeem(tokenOf(host.url), headers)).status).toBe(204)
  })

  it('sends no CORS header and answers no preflight', async () => {
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' }
    const preflight = await ask({ method: 'OPTIONS', path: '/session', headers })
    expect(preflight.status).toBe(405)
    const page = await ask({ headers })
    for (const name of [...Object.keys(preflight.headers), ...Object.keys(page.headers)]) {
      expect(name).not.toMatch(/^access-control-/)
    }
  })
})

describe('EH4: sockets', () => {
  it('nothing is called without a session', async () => {
    expect(await upgrade({ origin: own() })).toBe(401)
    const cookie = `paxosLab${host.port}=${'A'.repeat(43)}`
    expect(await upgrade({ origin: own(), cookie })).toBe(401)
    expect((await ask({ path: '/session' })).status).toBe(401)
    expect(lab.calls).toEqual([])
    expect(lab.listeners.size).toBe(0)
  })

  it(`at most ${SOCKETS_MAX}`, async () => {
    const cookie = await openSession(host)
    const sockets = []
    for (let i = 0; i < SOCKETS_MAX; i++) sockets.push(await openSocket(host.port, cookie))
    expect(await upgrade({ origin: own(), cookie })).toBe(503)
    sockets[0]?.close()
    await eventually('a free place', async () => {
      return (await upgrade({ origin: own(), cookie })) === 101
    })
    expect(await upgrade({ origin: own(), cookie }, '/other')).toBe(404)
  })

  it('compresses nothing and closes on a message over 1 MiB', async () => {
    const cookie = await openSession(host)
    const socket = await openSocket(host.port, cookie)
    expect(socket.extensions).toBe('')
    let code = 0
    socket.on('close', (why) => (code = why))
    socket.on('error', () => undefined)
    socket.send('x'.repeat(1_048_577))
    await eventually('the close', () => code !== 0)
    await eventually('the seat', () => lab.listeners.size === 0)
  })

  it('closes on bytes that are no text', async () => {
    const socket = await openSocket(host.port, await openSession(host))
    let closed = false
    socket.on('close', () => (closed = true))
    socket.send(Buffer.from([1, 2, 3]), { binary: true })
    await eventually('the close', () => closed)
    expect(lab.calls).toEqual([])
  })

  it('tells when the last viewer stayed away, not before', async () => {
    await host.close()
    let abandoned = 0
    host = await start({ abandonedMs: 1, onAbandoned: () => (abandoned += 1) })
    const cookie = await openSession(host)
    const client = connectLab(socketChannel(await openSocket(host.port, cookie)))
    await client.call.snapshot()
    expect(abandoned).toBe(0)
    client.close()
    await eventually('abandoned', () => abandoned === 1)
  })
})

describe('files and headers', () => {
  it('E5: exactly this policy, with a fresh nonce in the page', async () => {
    const [first, second] = [await ask(), await ask()]
    const nonce = /nonce="([^"]+)"/.exec(first.body)?.[1] ?? ''
    expect(Buffer.from(nonce, 'base64')).toHaveLength(16)
    expect(first.headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; ` +
        `img-src 'self' data: blob:; font-src 'self'; ` +
        `connect-src 'self' ws://127.0.0.1:${host.port}; worker-src 'self'; base-uri 'none'; ` +
        `form-action 'none'; frame-ancestors 'none'; object-src 'none'`,
    )
    expect(first.body).not.toContain('__CSP_NONCE__')
    expect(second.body).not.toContain(nonce)
    expect(first.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
    })
  })

  it('files with a hash in their name may be kept, refusals may not', async () => {
    const script = await ask({ path: '/assets/index-1a2b.js?v=1' })
    expect(script.status).toBe(200)
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(script.headers['cache-control']).toContain('immutable')
    const missing = await ask({ path: '/assets/other.js' })
    expect(missing.status).toBe(404)
    expect(missing.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect((await ask({ method: 'HEAD' })).body).toBe('')
    expect((await ask({ method: 'PUT' })).status).toBe(405)
  })

  it.each([
    '/../package.json',
    '/assets/../index.html',
    '/assets/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..\\..\\etc\\passwd',
    '//etc/passwd',
    '/assets',
    '/assets/',
    '/assets/secret.env',
    '/assets/index-1a2b.js%00.png',
    '/outside.js',
  ])('serves nothing for %s', async (path) => {
    expect((await ask({ path })).status).toBe(404)
  })

  it('does not follow links out of its folder', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'paxos-lab-outside-'))
    writeFileSync(join(outside, 'outside.js'), 'secret')
    symlinkSync(join(outside, 'outside.js'), join(folder, 'outside.js'))
    symlinkSync(outside, join(folder, 'linked'))
    await host.close()
    host = await start()
    expect((await ask({ path: '/outside.js' })).status).toBe(404)
    expect((await ask({ path: '/linked/outside.js' })).status).toBe(404)
    rmSync(outside, { recursive: true })
  })
})
