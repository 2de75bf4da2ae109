/**
 * A fair cycle in a graph of states: strongly connected parts by Tarjan's algorithm, and in the
 * first part that is fair a closed walk through all that fairness asks for.
 *
 * Fair: on each link something is delivered, or the link is empty somewhere on the walk.
 */
export interface Edge<Step> {
  readonly to: number
  readonly step: Step
  /** The link that delivers, an index; -1: none. */
  readonly link: number
  /** Ballots that begin. */
  readonly bids: number
}

export interface Cycle<Step> {
  /** From state 0 to the cycle. */
  readonly stem: readonly Edge<Step>[]
  readonly turn: readonly Edge<Step>[]
}

type Graph<Step> = readonly (readonly Edge<Step>[])[]

/** Null if there is none. */
export function fairCycle<Step>(
  graph: Graph<Step>,
  links: number,
  isEmpty: (state: number, link: number) => boolean,
): Cycle<Step> | null {
  const part = parts(graph)
  const members = new Map<number, number[]>()
  part.forEach((id, state) => members.set(id, [...(members.get(id) ?? []), state]))
  for (const [id, states] of members) {
    const inside = (state: number): readonly Edge<Step>[] =>
      graph[state]!.filter(({ to }) => part[to] === id)
    if (!states.some((state) => inside(state).length > 0)) continue
    const turn = walk(states, inside, links, isEmpty)
    if (turn === null) continue
    const stem = shortest(graph, 0, (state) => state === states[0])
    if (stem !== null) return { stem, turn }
  }
  return null
}

/** A closed walk from the first state that meets every link's demand; null if one cannot be met. */
function walk<Step>(
  states: readonly number[],
  inside: (state: number) => readonly Edge<Step>[],
  links: number,
  isEmpty: (state: number, link: number) => boolean,
): Edge<Step>[] | null {
  const graph: (readonly Edge<Step>[])[] = []
  for (const state of states) graph[state] = inside(state)
  const home = states[0]!
  const turn: Edge<Step>[] = []
  let at = home
  const go = (isGoal: (state: number) => boolean): boolean => {
    const way = shortest(graph, at, isGoal)
    if (way === null) return false
    turn.push(...way)
    at = way.at(-1)?.to ?? at
    return true
  }
  for (let link = 0; link < links; link += 1) {
    const met = (state: number): boolean => isEmpty(state, link)
    if (met(home) || turn.some((edge) => edge.link === link || met(edge.to))) continue
    const delivers = (state: number): Edge<Step> | undefined =>
      graph[state]!.find((edge) => edge.link === link)
    if (!go((state) => met(state) || delivers(state) !== undefined)) return null
    const edge = met(at) ? undefined : delivers(at)
    if (edge === undefined) continue
    turn.push(edge)
    at = edge.to
  }
  if (turn.length === 0) {
    const [first] = graph[home]!
    if (first === undefined) return null
    turn.push(first)
    at = first.to
  }
  return go((state) => state === home) ? turn : null
}

/** A shortest way from a state to one that is meant; empty if it is one. */
function shortest<Step>(
  graph: Graph<Step>,
  from: number,
  isGoal: (state: number) => boolean,
): Edge<Step>[] | null {
  const came = new Map<number, { readonly before: number; readonly edge: Edge<Step> }>()
  const queue = [from]
  const seen = new Set(queue)
  for (let head = 0; head < queue.length; head += 1) {
    const state = queue[head]!
    if (isGoal(state)) {
      const way: Edge<Step>[] = []
      for (let at = state; at !== from || way.length === 0;) {
        const step = came.get(at)
        if (step === undefined) break
        way.push(step.edge)
        at = step.before
        if (at === from) break
      }
      return way.reverse()
    }
    for (const edge of graph[state] ?? []) {
      if (seen.has(edge.to)) continue
      seen.add(edge.to)
      came.set(edge.to, { before: state, edge })
      queue.push(edge.to)
    }
  }
  return null
}

/** For each state the number of its strongly connected part; without recursion. */
function parts<Step>(graph: Graph<Step>): number[] {
  const index: number[] = graph.map(() => -1)
  const low: number[] = graph.map(() => 0)
  const part: number[] = graph.map(() => -1)
  const open: number[] = []
  let count = 0
  let partCount = 0
  for (let root = 0; root < graph.length; root += 1) {
    if (index[root]! >= 0) continue
    const calls = [{ state: root, edge: 0 }]
    while (calls.length > 0) {
      const call = calls.at(-1)!
      const { state } = call
      if (call.edge === 0) {
        index[state] = low[state] = count
        count += 1
        open.push(state)
      }
      const next = graph[state]![call.edge]?.to
      call.edge += 1
      if (next !== undefined) {
        if (index[next]! < 0) calls.push({ state: next, edge: 0 })
        else if (part[next]! < 0) low[state] = Math.min(low[state]!, index[next]!)
        continue
      }
      calls.pop()
      const parent = calls.at(-1)?.state
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[state]!)
      if (low[state] !== index[state]) continue
      for (let member = open.pop()!; ; member = open.pop()!) {
        part[member] = partCount
        if (member === state) break
      }
      partCount += 1
    }
  }
  return part
}
