/**
 * The lab as the window knows it: last status, what is bundled, and every call.
 *
 * Order:  pictures change on pushes only. A call that fails becomes a toast and changes nothing.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { LabApi, LabPush, LabSnapshot, LabStatus, RunCard } from '../../../shared/api'
import type { ScenarioCard } from '../../../shared/api'
import type { ControlState, LabClient } from '../../../shared/rpc'
import { NO_CONTROL } from '../../../shared/rpc'
import type { CommandId } from '../../../shared/commands'
import { BROWSER_CAPS } from '../../../shared/shell'
import type { Caps } from '../../../shared/shell'
import { keepConnected } from '../api/client'
import type { ConnectionView, LabSource } from '../api/client'
import { describeFailure } from '../api/failure'
import { useEventsStore } from './events'
import { useToastsStore } from './toasts'

export const IDLE_STATUS: LabStatus = {
  state: 'idle',
  atMs: 0,
  cluster: null,
  options: null,
  nodes: [],
  faults: [],
  load: null,
  scenario: null,
  adversary: null,
  runDir: null,
  events: 0,
  dropped: 0,
  checks: [],
  realPause: true,
}

export const useLabStore = defineStore('lab', () => {
  const status = shallowRef<LabStatus>(IDLE_STATUS)
  const scenarios = shallowRef<readonly ScenarioCard[]>([])
  const runs = shallowRef<readonly RunCard[]>([])
  const connection = shallowRef<ConnectionView>({ state: 'connecting', words: '', retryInS: 0 })
  const caps = shallowRef<Caps>(BROWSER_CAPS)
  /** True where shortcuts are held with Cmd. */
  const mac = ref(false)
  const control = shallowRef<ControlState>(NO_CONTROL)
  /** True after the first snapshot: before it, views show that they load. */
  const loaded = ref(false)

  const listeners = new Set<Partial<LabPush>>()
  let client: LabClient | null = null
  let onCommand: ((id: CommandId) => void) | null = null

  const connected = computed(() => connection.value.state === 'connected')
  /** This window may change the lab; another one may hold the control. */
  const mayAct = computed(() => connected.value && (control.value.holds || control.value.free))
  const running = computed(() => status.value.state === 'running')
  const members = computed(() => status.value.nodes.map((view) => view.node))

  function adopt(snapshot: LabSnapshot): void {
    status.value = snapshot.status
    scenarios.value = snapshot.scenarios
    runs.value = snapshot.runs
    useEventsStore().reset(snapshot.events)
    loaded.value = true
    for (const listener of listeners) listener.reset?.(snapshot)
  }

  async function attach(fresh: LabClient): Promise<void> {
    let attached = false
    fresh.listen({
      status(next) {
        if (!attached) return
        status.value = next
        for (const listener of listeners) listener.status?.(next)
      },
      events(batch) {
        if (!attached) return
        useEventsStore().append(batch)
        for (const listener of listeners) listener.events?.(batch)
      },
      series(frame) {
        if (!attached) return
        for (const listener of listeners) listener.series?.(frame)
      },
      reset(snapshot) {
        if (attached) adopt(snapshot)
      },
      control: (next) => (control.value = next),
      gap(lost) {
        const why = `${lost} events were too many for this window; they are in the record.`
        useToastsStore().show({ title: 'This window fell behind', why })
      },
      command: (id) => onCommand?.(id),
    })
    const snapshot = await fresh.call.snapshot()
    adopt(snapshot)
    attached = true
    client = fresh
  }

  /** Stores that fold pushes (series, time) listen here, before the first snapshot. */
  function listen(listener: Partial<LabPush>): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  function connect(source: LabSource): () => void {
    caps.value = source.caps
    mac.value = /^(mac|darwin)/i.test(source.platform)
    return keepConnected({
      source,
      onOpen: attach,
      onView(view) {
        if (view.state !== 'connected') client = null
        connection.value = view
      },
    })
  }

  /**
   * The one way to call the lab. Null: it failed, and a toast with `title` says why.
   * `title` names the act as a person would, such as "Kill N2".
   */
  async function act<T>(
    run: (call: LabApi) => Promise<T>,
    title = 'The lab refused',
  ): Promise<T | null> {
    const toasts = useToastsStore()
    if (!client) {
      const why = 'The host is not connected; nothing was changed.'
      toasts.show({ level: 'error', title, why })
      return null
    }
    try {
      return await run(client.call)
    } catch (error) {
      const failure = describeFailure(error)
      toasts.show({ level: 'error', title, why: failure.words, details: failure.details })
      return null
    }
  }

  async function takeControl(): Promise<void> {
    await client?.control.take()
  }

  /** Window, menu and links of the host; null while it is not connected. */
  function shell(): LabClient['shell'] | null {
    return client?.shell ?? null
  }

  /** Commands chosen in the native menu arrive here. */
  function onNativeCommand(run: (id: CommandId) => void): void {
    onCommand = run
  }

  /** As `act`, where the caller shows the failure itself and an answer is awaited. */
  async function ask<T>(run: (call: LabApi) => Promise<T>): Promise<T> {
    if (!client) throw new Error('The host is not connected.')
    return run(client.call)
  }

  return {
    status,
    scenarios,
    runs,
    connection,
    caps,
    mac,
    control,
    shell,
    takeControl,
    onNativeCommand,
    loaded,
    connected,
    mayAct,
    running,
    members,
    connect,
    listen,
    act,
    ask,
  }
})
