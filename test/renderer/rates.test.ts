/** Rates of the status bar and of links, from samples as a busy machine tells them: in bursts. */
import { createPinia, setActivePinia } from 'pinia'
import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useRatesStore } from '../../src/renderer/src/stores/rates'
import type { LabPush } from '../../src/shared/api'
import { syntheticSource } from '../support/syntheticSource'
import { SyntheticLab } from '../support/syntheticLab'

class TellingLab extends SyntheticLab {
  push: LabPush | null = null

  override subscribe(push: LabPush): () => void {
    this.push = push
    return () => (this.push = null)
  }
}

function sample(seq: number, atMs: number, frames: number, type = 'accept'): LabEvent {
  const link = { from: 1, to: 2, frames, bytes: frames * 10, dropped: 1, duplicated: 0 }
  const event = { seq, atMs, by: 'lab', type: 'trafficSampled' }
  return { ...event, links: [{ ...link, types: { [type]: frames }, samples: [] }] } as LabEvent
}

describe('rates', () => {
  const lab = new TellingLab()

  beforeEach(async () => {
    setActivePinia(createPinia())
    useRatesStore()
    useLabStore().connect(syntheticSource(lab))
    await flushPromises()
  })

  it('are known from the second sample on: the first one has no span', () => {
    const rates = useRatesStore()
    lab.push?.events([sample(1, 5000, 900)])
    expect(rates.framesPerSecond).toBe(null)
    lab.push?.events([sample(2, 5250, 100)])
    expect(rates.framesPerSecond).toBe(400)
  })

  it('count every frame of a burst, over the last second', () => {
    const rates = useRatesStore()
    const late = [sample(2, 1900, 800), sample(3, 1910, 700), sample(4, 2000, 500)]
    lab.push?.events([sample(1, 1000, 1), ...late])
    expect(rates.framesPerSecond).toBe(2000)
    lab.push?.events([sample(5, 3000, 300, 'accepted')])
    expect(rates.framesPerSecond).toBe(300)
  })

  it('are nothing once nothing passed for a second, and count on from there', () => {
    const rates = useRatesStore()
    const { status } = useLabStore()
    const tell = (atMs: number): void => lab.push?.status({ ...status, state: 'running', atMs })
    tell(900)
    expect(rates.framesPerSecond).toBe(null)
    lab.push?.events([sample(1, 1000, 1), sample(2, 2000, 80)])
    tell(2900)
    expect(rates.framesPerSecond).toBe(80)
    tell(3000)
    expect(rates.framesPerSecond).toBe(0)
    expect(rates.links.size).toBe(0)
    tell(60_000)
    // Not eight a minute: of the second in which they passed.
    lab.push?.events([sample(3, 60_000, 8)])
    expect(rates.framesPerSecond).toBe(8)
  })

  it('of a link are sums, by type too', () => {
    const rates = useRatesStore()
    lab.push?.events([sample(1, 1000, 1), sample(2, 1250, 10), sample(3, 1500, 20, 'accepted')])
    expect(rates.links.get('1>2')).toMatchObject({
      ...{ spanMs: 500, frames: 30, bytes: 300, dropped: 2 },
      types: { accept: 10, accepted: 20 },
    })
  })
})
