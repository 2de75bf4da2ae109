/** The failpoints of a node by what it does there, as the dialog shows them. */
import { FAILPOINTS } from '../../../../shared/failpoints'

const GROUPS: readonly (readonly [string, RegExp])[] = [
  ['Round', /^(round|apply|persist)/],
  ['Sending', /^(send|hello)/],
  ['Clients', /^(reply|client)/],
  ['Flush', /^(flush|extend)/],
  ['Start and recovery', /^(life|recover)/],
  ['Snapshot', /^snapshot/],
  ['Segments', /^(segment|truncate)/],
]

export const FAILPOINT_GROUPS = GROUPS.map(([title, names]) => ({
  title,
  points: FAILPOINTS.filter(({ name }) => names.test(name)),
}))
