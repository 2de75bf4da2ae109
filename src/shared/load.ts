/**
 * What the load generator is asked for, in numbers and in words. `docs/load.md` explains each.
 *
 * Units: rates are requests a second over all clients, sizes are bytes.
 */

/** When requests become due in an open loop: evenly, or as independent people would ask. */
type ArrivalKind = 'constant' | 'poisson'

type KeyChoice = 'uniform' | 'zipf' | 'single'

/** `session`: applied once whatever is repeated. `plain`: each try is a request of its own. */
export type RetryKind = 'none' | 'session' | 'plain'

export interface LoadOptions {
  readonly clients: number
  /** 0 to 1. */
  readonly readRatio: number
  readonly keys: number
  readonly valueBytes: number
  /** Requests a second over all clients; 0: closed loop, as fast as answers come. */
  readonly targetPerSecond: number
  /**
   * 0 to 1: how many requests are about more than GET and SET: CAS, INCR and APPEND. Missing: none.
   */
  readonly mixRatio?: number | undefined
  /** Nodes the clients are spread over; empty: all members. */
  readonly nodes: readonly number[]
  /** Missing: closed loop, each client waits for its answer before it asks again. */
  readonly arrivals?: ArrivalKind | undefined
  /** Open loop: requests of one client on their way at once. Missing: IN_FLIGHT_DEFAULT. */
  readonly inFlightMax?: number | undefined
  /** Open loop: due requests that wait in one client; more are shed. Missing: BACKLOG_DEFAULT. */
  readonly backlogMax?: number | undefined
  /** Missing: uniform. */
  readonly keyChoice?: KeyChoice | undefined
  /** Key number k is asked for in proportion to 1 / k^theta. Missing: THETA_DEFAULT. */
  readonly zipfTheta?: number | undefined
  /**
   * Missing: a client stays at its node while that runs. `error`: it goes on to the next node after
   * an error or an unknown outcome; a number: after so many requests too.
   */
  readonly roam?: 'error' | number | undefined
  /** Missing: none. */
  readonly retry?: RetryKind | undefined
}

export const DEFAULT_LOAD: LoadOptions = {
  clients: 4,
  readRatio: 0.5,
  keys: 100,
  valueBytes: 16,
  targetPerSecond: 40,
  nodes: [],
}

export const LOAD_CLIENTS_MAX = 64
export const LOAD_KEYS_MAX = 1_000_000
export const VALUE_BYTES_MAX = 65_536
export const LOAD_RATE_MAX = 1_000_000
/** A node takes 1,024 requests of one client at once. */
export const IN_FLIGHT_MAX = 256
export const IN_FLIGHT_DEFAULT = 8
export const BACKLOG_MAX = 10_000
export const BACKLOG_DEFAULT = 1000
export const THETA_MAX = 4
export const THETA_DEFAULT = 0.99
export const ROAM_MAX = 1_000_000

/** What is wrong with options that are right one by one; null: nothing. */
export function loadProblem(load: LoadOptions): string | null {
  if (load.arrivals !== undefined && load.targetPerSecond <= 0) return 'an open loop needs a rate'
  return null
}

/** One line, for people: `load: 4 clients, open loop (Poisson) 40/s, 50 % reads`. */
export function loadWords(load: LoadOptions | null): string {
  if (load === null) return 'load: off'
  const { clients, readRatio, nodes, keyChoice = 'uniform', roam, retry = 'none' } = load
  const theta = load.zipfTheta ?? THETA_DEFAULT
  const parts = [
    `${clients} ${clients === 1 ? 'client' : 'clients'}`,
    nodes.length > 0 && `at ${nodes.length === 1 ? 'node' : 'nodes'} ${nodes.join(',')}`,
    paceWords(load),
    `${Math.round(readRatio * 100)} % reads`,
    keyChoice === 'zipf' && `keys by Zipf ${theta}`,
    keyChoice === 'single' && 'one key',
    roam !== undefined && (roam === 'error' ? 'roaming' : `roaming each ${roam} requests`),
    retry !== 'none' && (retry === 'session' ? 'retries in sessions' : 'plain retries'),
  ]
  return `load: ${parts.filter((part) => part !== false).join(', ')}`
}

function paceWords({ arrivals, targetPerSecond }: LoadOptions): string {
  if (arrivals !== undefined) {
    return `open loop${arrivals === 'poisson' ? ' (Poisson)' : ''} ${targetPerSecond}/s`
  }
  return targetPerSecond === 0 ? 'as fast as answers come' : `${targetPerSecond}/s`
}
