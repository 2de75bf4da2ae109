/**
 * One client for every host: opens a source, keeps it open, tells when it is lost.
 *
 * Units:  s.
 * Errors: a source that cannot open is tried again, later each time, and its words are shown. A
 *         host that answers, and refuses this page, is told apart from one that does not answer.
 */
import type { LabClient } from '../../../shared/rpc'
import type { Caps } from '../../../shared/shell'
import { watchSilence } from './silence'

export interface LabSource {
  readonly caps: Caps
  /** Name of the system, for the names of keys. */
  readonly platform: string
  open(): Promise<LabClient>
}

/** The host answers, and does not know this page: it needs a new link. */
export class HostRefusal extends Error {}

export interface ConnectionView {
  /** `silent`: the channel is open, and the host has not answered for seconds. */
  readonly state: 'connecting' | 'connected' | 'silent' | 'lost' | 'refused'
  /** Why it is lost, one sentence; empty otherwise. */
  readonly words: string
  /** Seconds until the next try, 0 while trying. */
  readonly retryInS: number
  /** About how many seconds a silent host was not heard; 0 in every other state. */
  readonly silentS: number
  /** Names this start of the host; missing: it has not answered yet. */
  readonly host?: string
}

/** Before the first try has ended. */
export const CONNECTING: ConnectionView = {
  ...{ state: 'connecting', words: '', retryInS: 0, silentS: 0 },
}
const HEARD: ConnectionView = { state: 'connected', words: '', retryInS: 0, silentS: 0 }

export interface KeepOptions {
  readonly source: LabSource
  /** Called with each new client; a throw counts as a failed try. */
  readonly onOpen: (client: LabClient) => Promise<void>
  readonly onView: (view: ConnectionView) => void
}

const RETRY_S = [1, 2, 2, 5] as const

/** Answers how to stop; the present client stays open. */
export function keepConnected(options: KeepOptions): () => void {
  let stopped = false
  let tries = 0
  let words = ''
  let away: 'lost' | 'refused' = 'lost'
  let timer: ReturnType<typeof setTimeout> | undefined
  let unwatch = (): void => undefined
  let host: string | undefined
  const heard = (): ConnectionView => ({ ...HEARD, ...(host === undefined ? {} : { host }) })

  async function tryOpen(): Promise<void> {
    const state = tries === 0 ? 'connecting' : away
    options.onView({ state, words, retryInS: 0, silentS: 0 })
    try {
      const client = await options.source.open()
      await options.onOpen(client)
      tries = 0
      if (stopped) return
      options.onView(heard())
      watch(client)
      client.onClose((reason) => lost('lost', reason))
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      lost(error instanceof HostRefusal ? 'refused' : 'lost', why)
    }
  }

  function watch(client: LabClient): void {
    unwatch = watchSilence({
      beat: () => client.beat().then(learnHost),
      heard: () => client.heard,
      onSilent: (silentS) => options.onView({ ...heard(), state: 'silent', silentS }),
      onHeard: () => options.onView(heard()),
    })
  }

  function learnHost(name: string): void {
    if (stopped || host === name) return
    host = name
    options.onView(heard())
  }

  function lost(state: 'lost' | 'refused', reason: string): void {
    unwatch()
    if (stopped) return
    host = undefined
    away = state
    words = reason
    const wait = RETRY_S[Math.min(tries, RETRY_S.length - 1)] ?? 5
    tries += 1
    countDown(wait)
  }

  function countDown(seconds: number): void {
    if (stopped) return
    if (seconds === 0) return void tryOpen()
    options.onView({ state: away, words, retryInS: seconds, silentS: 0 })
    clearTimeout(timer)
    timer = setTimeout(() => countDown(seconds - 1), 1000)
  }

  void tryOpen()
  return () => {
    stopped = true
    unwatch()
    clearTimeout(timer)
  }
}
