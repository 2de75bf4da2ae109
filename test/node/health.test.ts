/** What a node says of how its process fares. */
import { afterEach, expect, it, vi } from 'vitest'
import { Health } from '../../src/main/node/health'

let health: Health
afterEach(() => health.close())

it('keeps the last size of its memory where the system cannot be asked', () => {
  health = new Health()
  const asked = vi.spyOn(process.memoryUsage, 'rss').mockReturnValueOnce(1_000_000)
  expect(health.sample().rssBytes).toBe(1_000_000)
  asked.mockImplementationOnce(() => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
  })
  expect(health.sample().rssBytes).toBe(1_000_000)
  asked.mockReturnValueOnce(2_000_000)
  expect(health.sample().rssBytes).toBe(2_000_000)
})
