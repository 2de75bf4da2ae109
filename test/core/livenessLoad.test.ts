/** The verdict after a load that was ended with requests on their way. */
import { expect, it } from 'vitest'
import { Liveness, RECENT_MS } from '../../src/core/measure/liveness'

it('is idle when nothing is told of the load any more', () => {
  const liveness = new Liveness()
  liveness.advance(1000)
  liveness.chosen(1000, { round: 1, node: 1 }, 1, 1)
  liveness.waitingAtLoad(2)
  liveness.advance(1000 + RECENT_MS - 1)
  expect(liveness.view(true).verdict).toBe('progressing')
  liveness.advance(1000 + RECENT_MS)
  expect(liveness.view(true).verdict).toBe('idle')
  // As long as it is told that requests wait, they do.
  liveness.waitingAtLoad(2)
  liveness.advance(1000 + 2 * RECENT_MS - 1)
  expect(liveness.view(true).verdict).toBe('progressing')
})
