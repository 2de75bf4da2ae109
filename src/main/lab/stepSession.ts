/** What step mode needs of the session that it holds still. */
import type { LabFact } from '../../core/event'
import type { LoadOptions, WriteResult } from '../../shared/api'
import type { ClusterOptions } from '../../shared/clusterOptions'
import type { AdversaryView } from '../../shared/gate'
import type { Cluster } from './cluster'
import type { ClusterIdentity } from './dataDir'
import type { Run } from './run'
import type { Storm } from './storm'

export interface SteppedSession {
  readonly run: Run
  readonly cluster: Cluster
  readonly options: ClusterOptions
  readonly load: LoadOptions | null
  readonly identity: ClusterIdentity
  readonly storm: Storm
  adversary(): AdversaryView | null
  tell(fact: LabFact): void
  command(node: number, args: readonly string[]): Promise<WriteResult>
  setLoad(load: LoadOptions | null): void
  changed(): void
}
