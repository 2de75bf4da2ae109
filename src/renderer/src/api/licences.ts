/** The licence list that the build lays beside the page. Parsed, never cast. */
export interface Licence {
  readonly name: string
  readonly version: string
  readonly licence: string
  /** Null: the package carries no licence file. */
  readonly text: string | null
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

export function parseLicences(value: unknown): Licence[] {
  if (!Array.isArray(value)) throw new Error('The licence list is not a list.')
  return value.flatMap((raw: unknown): Licence[] => {
    if (typeof raw !== 'object' || raw === null) return []
    const entry = new Map<string, unknown>(Object.entries(raw))
    const name = text(entry.get('name'))
    if (name === null) return []
    return [
      {
        name,
        version: text(entry.get('version')) ?? '',
        licence: text(entry.get('licence')) ?? 'unknown licence',
        text: text(entry.get('text')),
      },
    ]
  })
}

/** Rejects where the page came without a list. */
export async function readLicences(): Promise<Licence[]> {
  const answer = await fetch('./licences.json')
  if (!answer.ok) throw new Error(`The host has no licence list (${answer.status}).`)
  return parseLicences(await answer.json())
}
