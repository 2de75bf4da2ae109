/** A crash note (EL5): what failed, kept on this machine and sent nowhere. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Answers the path of the note; null when even that failed. */
export function writeCrashNote(folder: string, version: string, error: unknown): string | null {
  const path = join(folder, `crash-${new Date().toISOString().replaceAll(':', '-')}.txt`)
  const { versions, platform, arch } = process
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const lines = [
    `Paxos Lab ${version}`,
    `${platform} ${arch}, Node ${versions.node}, Electron ${versions['electron'] ?? 'none'}`,
    '',
    what,
    '',
  ]
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, lines.join('\n'))
    return path
  } catch {
    return null
  }
}
