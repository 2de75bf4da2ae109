/** EH2: launch tokens and sessions, without a server. */
import { describe, expect, it } from 'vitest'
import { SESSIONS_MAX, Sessions } from '../../src/main/host/sessions'

describe('sessions', () => {
  it('a launch token is void once it was redeemed, even before the next one is made', () => {
    const sessions = new Sessions('c')
    const token = sessions.issue()
    expect(sessions.redeem(token)).toMatch(/^c=/)
    expect(sessions.redeem(token)).toBeNull()
  })

  it('keeps a bounded number of sessions, the newest ones', () => {
    const sessions = new Sessions('c')
    const cookies = Array.from({ length: SESSIONS_MAX + 1 }, () => {
      const [cookie = ''] = sessions.redeem(sessions.issue())?.split(';') ?? []
      return cookie
    })
    expect(cookies.map((cookie) => sessions.holds(cookie)).filter(Boolean)).toHaveLength(16)
    expect(sessions.holds(cookies[0])).toBe(false)
    expect(sessions.holds(`other=1; ${cookies[16]}`)).toBe(true)
  })
})
