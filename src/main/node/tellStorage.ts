/** A node whose log cannot be used tells the lab so before it ends. */
import type { NodeFile } from '../../shared/control'
import { ControlLink } from './control'
import type { StorageError } from './logReader'

/** Tells the lab that the log of this node cannot be used; there is no life to speak of. */
export async function tellStorageFailed(
  file: NodeFile,
  secret: Buffer,
  error: StorageError,
): Promise<void> {
  if (!file.control) return
  const identity = { cluster: file.cluster, node: file.replica.node, life: 0, secret }
  const ignore = { onFrame: () => {}, onControlLost: () => {} }
  const control = await ControlLink.connect(file.control, identity, ignore)
  control.emit({ type: 'storageFailed', reason: error.message })
  await control.goodbye()
}
