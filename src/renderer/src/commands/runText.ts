/** Files of a run of the host, in pieces, as they lie in its directory. */
import type { RunTextPiece } from '../../../shared/lessonRunApi'
import { runIdOf } from '../../../shared/runIds'
import { useLabStore } from '../stores/lab'

/** Up to byte `bytes`; each piece ends with a line. */
export async function* textsOf(run: string, name: string, bytes: number): AsyncGenerator<string> {
  const lab = useLabStore()
  for (let from: number | null = 0; from !== null;) {
    const start: number = from
    const ask = (): Promise<RunTextPiece> =>
      lab.askHost((call) => call.lessonRunText(run, name, start, bytes))
    const piece = await ask()
    yield piece.text
    from = piece.next
  }
}

/** The run that the lab writes now, or wrote last; null: none. */
export function liveRun(): string | null {
  const { runDir } = useLabStore().status
  return runDir === null ? null : runIdOf(runDir)
}

/** What the recorder still holds is written before it is read. */
export async function flushRecord(): Promise<void> {
  const lab = useLabStore()
  if (lab.saved === null) await lab.ask((call) => call.events(1, 1))
}
