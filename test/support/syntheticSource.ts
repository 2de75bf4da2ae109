/** A source over a lab in the same page: no host, no wire. For tests only. */
import type { LabSource } from '../../src/renderer/src/api/client'
import { NO_SHELL } from '../../src/main/host/browserShell'
import type { Lab, LabPush } from '../../src/shared/api'
import type { DeskApi } from '../../src/shared/deskApi'
import type { ClientPush, LabClient } from '../../src/shared/rpc'
import type { ShellApi, ShellPush } from '../../src/shared/shell'
import { BROWSER_CAPS } from '../../src/shared/shell'
import { withDesk } from './noDesk'

const HOLDS = { holds: true, free: false, viewers: 1 }

export function syntheticClient(
  lab: Lab,
  desk: Partial<DeskApi> = {},
  shell: Partial<ShellApi> = {},
  host = 'one',
): LabClient & { heard: number; lose(reason: string): void; freeze(frozen: boolean): void } {
  const closeListeners: ((reason: string) => void)[] = []
  let frozen = false
  const unanswered: (() => void)[] = []
  return {
    call: withDesk(lab, desk),
    shell: { ...NO_SHELL, openLink: async () => {}, openReport: async () => {}, ...shell },
    control: { state: HOLDS, take: () => Promise.resolve() },
    listen(push: Partial<LabPush & ShellPush & ClientPush>) {
      push.control?.(HOLDS)
      return lab.subscribe({
        status: (status) => push.status?.(status),
        events: (batch) => push.events?.(batch),
        series: (frame) => push.series?.(frame),
        reset: (snapshot) => push.reset?.(snapshot),
      })
    },
    beat: () =>
      new Promise((resolve) => {
        if (frozen) unanswered.push(() => resolve(host))
        else resolve(host)
      }),
    heard: 0,
    freeze(next) {
      frozen = next
      if (!frozen) for (const answer of unanswered.splice(0)) answer()
    },
    onClose: (listener) => closeListeners.push(listener),
    lose: (reason) => closeListeners.forEach((listener) => listener(reason)),
    close: () => undefined,
  }
}

export function syntheticSource(lab: Lab): LabSource {
  return { caps: BROWSER_CAPS, platform: 'Linux', open: async () => syntheticClient(lab) }
}
