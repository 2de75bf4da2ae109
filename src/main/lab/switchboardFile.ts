/** Start-up file of the switchboard of a cluster. */
import type { SwitchboardFile } from '../../shared/control'
import type { ClusterIdentity } from './dataDir'

const HELD_BYTES_MAX = 64 * 1024 * 1024

export function switchboardFile(
  { cluster, members }: Pick<ClusterIdentity, 'cluster' | 'members'>,
  seed: number,
  control: SwitchboardFile['control'],
): SwitchboardFile {
  const { host } = control
  return { version: 1, cluster, host, control, seed, members, heldBytesMax: HELD_BYTES_MAX }
}
