/**
 * Diagnostics for a report of a defect: versions, what the host can do, counts. No user data: no
 * key, value, name, path, address or text of a log.
 */
import type { LabStatus } from '../../../../shared/api'
import type { Caps } from '../../../../shared/shell'
import { shownMutant } from '../../../../shared/unnamed'
import type { Settings } from '../../stores/settings'

export interface DiagnosticFacts {
  readonly version: string
  readonly userAgent: string
  readonly caps: Caps
  readonly connected: boolean
  readonly viewers: number
  readonly status: LabStatus
  /** `live`, `saved` or `simulated`. */
  readonly shows: string
  readonly windowEvents: number
  readonly windowLogLines: number
  readonly window: { readonly width: number; readonly height: number; readonly scale: number }
  readonly settings: Omit<Settings, 'cluster'>
}

export function diagnosticsText(facts: DiagnosticFacts): string {
  const { version, userAgent, caps, connected, viewers, status, window: box, settings } = facts
  const states = status.nodes.map(({ state }) => state)
  const checks = status.checks.map(({ id, state }) => `${id} ${state}`)
  const { options } = status
  return [
    `Paxos Lab ${version}`,
    userAgent,
    `host: ${caps.host}, ${connected ? 'connected' : 'not connected'}, ${viewers} viewers`,
    `caps: ${namesOf(caps)}`,
    `window: ${box.width}x${box.height} at ${box.scale}, shows ${facts.shows}`,
    `held here: ${facts.windowEvents} events, ${facts.windowLogLines} log lines`,
    `lab: ${status.state}, ${status.events} events, ${status.dropped} dropped`,
    `nodes: ${states.length === 0 ? 'none' : states.join(' ')}`,
    `faults: ${status.faults.map(({ fault }) => fault.kind).join(' ') || 'none'}`,
    options === null
      ? 'cluster: none'
      : `cluster: ${options.mode}, ${options.variant}, ${shownMutant(options) ?? 'mutant none'}, ` +
        `policy ${options.policy.kind}, ${options.direct ? 'direct' : 'switchboard'}, ` +
        `flush ${options.flush ? 'on' : 'off'}`,
    `checks: ${checks.join(', ') || 'none'}`,
    `settings: ${Object.entries(settings)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', ')}`,
  ].join('\n')
}

function namesOf(caps: Caps): string {
  const on = Object.entries(caps).filter(([, value]) => value === true)
  return on.length === 0 ? 'none' : on.map(([name]) => name).join(', ')
}
