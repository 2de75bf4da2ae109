/** What the topology shows now, or at the cursor: models folded from the stores. */
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { ComputedRef } from 'vue'
import { linkKey } from '../../../core/fault'
import type { Link } from '../../../core/fault'
import type { LabStatus, NodeView } from '../../../shared/api'
import { claimants } from '../api/facts'
import { groupModels } from '../components/topology/groups'
import type { GroupModel } from '../components/topology/groups'
import { linkModels } from '../components/topology/linkModel'
import type { LinkModel } from '../components/topology/linkModel'
import { answers, nodeModels, OpsRates } from '../components/topology/nodeModel'
import type { NodeModel } from '../components/topology/nodeModel'
import type { EventLog } from '../stores/eventLog'
import { useEventsStore } from '../stores/events'
import { useLabStore } from '../stores/lab'
import { useShownStore } from '../stores/shown'
import { useTimeStore } from '../stores/time'
import { recentEvents } from './topologyPast'
import { trafficAt, useTopologyTraffic } from './topologyTraffic'
import type { TrafficView } from './topologyTraffic'

/** Enough of the past for rates over a second and the longest usual flight. */
const PAST_SPAN_MS = 3000
/** Traffic samples are at most this far apart. */
const SAMPLE_MS_MAX = 1000

export interface TopologyView {
  /** Live status, or the one folded at the cursor. */
  readonly status: ComputedRef<LabStatus>
  readonly cursorMs: ComputedRef<number | null>
  readonly nodes: ComputedRef<readonly NodeModel[]>
  readonly links: ComputedRef<readonly LinkModel[]>
  readonly groups: ComputedRef<readonly GroupModel[]>
  readonly traffic: ComputedRef<TrafficView>
  readonly claiming: ComputedRef<readonly number[]>
}

export function useTopologyView(): TopologyView {
  const shown = useShownStore()
  const events = useEventsStore()
  const time = useTimeStore()
  const cursorMs = computed(() => time.cursorMs)

  // A sample tells of the span before it: the one that covers this moment may be just after it.
  const sampledLog = computed<EventLog | null>((before) => {
    if (cursorMs.value === null) return null
    const log = events.held.until(cursorMs.value + SAMPLE_MS_MAX)
    return before?.isLike(log) === true ? before : log
  })
  const status = computed(() => shown.status)

  const liveRates = useLiveOps()
  const ops = computed(() => {
    if (shown.log === null) return liveRates.value
    // Nothing is answered a second where time counts steps.
    if (time.unit === 'step') return new Map()
    return opsOf(recentEvents(shown.log, cursorMs.value ?? 0, PAST_SPAN_MS), status.value)
  })
  const nodes = computed(() => nodeModels(status.value.nodes, ops.value))
  const links = computed(() => {
    const members = status.value.nodes.map((view) => view.node)
    const still = status.value.nodes.filter((view) => !answers(view)).map((view) => view.node)
    return linkModels(members, status.value.faults, new Set(still))
  })
  const groups = computed(() => groupModels(status.value.nodes, status.value.faults))

  const delays = computed(() => new Map(links.value.map((link) => [link.key, link.delayMs])))
  const delayOf = (link: Link): number => delays.value.get(linkKey(link)) ?? 0
  const liveTraffic = useLiveTraffic(delayOf)
  const traffic = computed(() => {
    const atMs = cursorMs.value
    if (sampledLog.value === null || atMs === null) return liveTraffic.value
    const near = recentEvents(sampledLog.value, atMs, PAST_SPAN_MS)
    return trafficAt(near, atMs, delayOf, time.playing)
  })
  const claiming = computed(() => claimants(status.value.nodes).map((claimant) => claimant.node))
  return { status, cursorMs, nodes, links, groups, traffic, claiming }
}

/** Rates from the status pushes. A new map each time, so that it reaches the models. */
function useLiveOps(): ComputedRef<ReadonlyMap<number, number>> {
  const lab = useLabStore()
  const rates = new OpsRates()
  const shown = shallowRef<ReadonlyMap<number, number>>(new Map())
  let cluster: string | null = null
  watch(
    () => lab.status,
    (status) => {
      if (status.cluster !== cluster) rates.clear()
      cluster = status.cluster
      rates.add(status.nodes)
      shown.value = new Map(rates.perSecond)
    },
    { immediate: true, flush: 'sync' },
  )
  return computed(() => shown.value)
}

function opsOf(
  events: ReturnType<typeof recentEvents>,
  status: LabStatus,
): ReadonlyMap<number, number> {
  const rates = new OpsRates()
  const byNode = new Map(status.nodes.map((view) => [view.node, view]))
  for (const event of events) {
    if (event.type !== 'statusSampled') continue
    const views = event.nodes.flatMap((node): NodeView[] => {
      const view = byNode.get(node.node)
      return view ? [{ ...view, status: node, statusAtMs: event.atMs }] : []
    })
    rates.add(views)
  }
  return rates.perSecond
}

function useLiveTraffic(delayOf: (link: Link) => number): ComputedRef<TrafficView> {
  const traffic = useTopologyTraffic(delayOf)
  const stop = useLabStore().listen({
    events: (batch) => traffic.add(batch),
    reset: () => traffic.reset(),
  })
  onScopeDispose(stop)
  return computed(() => traffic.view.value)
}
