/**
 * Files of the built window. The folder is walked once; only what was found then is served, by
 * exact name, so that no path from outside ever reaches the file system.
 */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NONCE_PLACEHOLDER, freshNonce, pageHeaders } from './pageHeaders'

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  woff2: 'font/woff2',
}

/** A bundle has a few dozen; more means that the wrong folder was named. */
const FILES_MAX = 2000
const DEPTH_MAX = 6

export interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

export interface PageFiles {
  /** Paths as they stand in a URL, `/assets/index-1a2b.js`. */
  readonly paths: readonly string[]
  /** `pathname` as it came, still encoded; null when there is no such file. */
  answer(pathname: string, socketOrigin: string | null): Promise<PageAnswer | null>
}

export async function openPageFiles(folder: string): Promise<PageFiles> {
  const files = new Map<string, string>()
  await walk(folder, '', files, DEPTH_MAX)
  if (!files.has('/index.html')) {
    throw new Error(`The window is not built: ${folder} has no index.html. Run npm run build.`)
  }
  return {
    paths: [...files.keys()],
    async answer(pathname, socketOrigin) {
      const path = pathname === '/' ? '/index.html' : pathname
      const name = files.get(path)
      if (name === undefined) return null
      return pageAnswer(path, await readFile(join(folder, name)), socketOrigin)
    },
  }
}

function pageAnswer(path: string, bytes: Buffer, socketOrigin: string | null): PageAnswer {
  const nonce = freshNonce()
  const isPage = path.endsWith('.html')
  const text = isPage ? bytes.toString('utf8').replaceAll(NONCE_PLACEHOLDER, nonce) : bytes
  return {
    status: 200,
    headers: {
      ...pageHeaders(nonce, socketOrigin),
      'content-type': TYPES[extension(path)] ?? 'application/octet-stream',
      // Names below assets carry a hash of the content.
      'cache-control': path.startsWith('/assets/')
        ? 'private, max-age=31536000, immutable'
        : 'no-store',
    },
    body: Uint8Array.from(Buffer.from(text)),
  }
}

/** Links are not followed: only real files below the folder are served. */
async function walk(
  folder: string,
  below: string,
  files: Map<string, string>,
  depth: number,
): Promise<void> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(noFolder)
  for (const entry of entries) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory() && depth > 0) await walk(folder, name, files, depth - 1)
    if (!entry.isFile() || !(extension(entry.name) in TYPES)) continue
    if (files.size >= FILES_MAX) throw new Error(`${folder} has more than ${FILES_MAX} files.`)
    files.set(`/${name.split('/').map(encodeURIComponent).join('/')}`, name)
  }
}

/** A missing folder has no files, which `openPageFiles` tells in words. */
function noFolder(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return []
  throw error
}

function extension(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase()
}
