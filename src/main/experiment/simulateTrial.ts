/**
 * Plays one trial in the simulator: the same steps and checks in virtual time, and a run directory
 * of the same form. The same seed gives the same run.
 *
 * Errors: none is thrown for what happens in a trial; what cannot be simulated makes it unknown.
 * Units:  `ranMs` is real time, all other times are virtual.
 */
import { playInSimulator, SimRefusal } from '../lab/simScenario'
import type { SimPlayed } from '../lab/simScenario'
import { keepText } from './concludeRun'
import { concludeTrial, TimeLimit } from './playTrial'
import type { PlayedTrial, TrialSetup } from './playTrial'

export async function simulateTrial(setup: TrialSetup): Promise<PlayedTrial> {
  const { scenario, seed, runsDir, appVersion, watch } = setup
  const startMs = performance.now()
  const limit = new TimeLimit(setup.timeLimitMs)
  let runDir: string | null = null
  let played: SimPlayed | null = null
  let error: unknown = null
  try {
    played = await playInSimulator(scenario, seed, runsDir, appVersion, {
      signal: AbortSignal.any([setup.signal, limit.signal]),
      onEvent: (event) => watch?.events([event]),
      onBegan(made) {
        runDir = made
        setup.onBegan?.(made)
      },
    })
    await keepText(played.runDir, setup.text)
  } catch (thrown) {
    if (!(thrown instanceof SimRefusal)) throw thrown
    error = thrown
  } finally {
    limit.clear()
  }
  const ranMs = performance.now() - startMs
  const [outcome, last] = [played?.outcome ?? null, played?.result ?? null]
  return await concludeTrial(setup, { runDir, last, outcome, error, ranMs, limit })
}
