/**
 * Looks at a call before a node gets it. A node that reads a frame it cannot parse gives up its
 * control channel and ends; a wrong number from a console must not do that.
 */
import { LabCallError } from '../../shared/api'
import type { NodeCall } from '../../shared/control'
import { parseLabToNode } from '../../shared/controlCodec'
import { FrameError } from '../../shared/frame'

/** @throws LabCallError `badArgument` that names the wrong part. */
export function checkCall(body: NodeCall): void {
  try {
    parseLabToNode({ type: 'call', call: 1, body })
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    throw new LabCallError('badArgument', error.message.replace('frame.body.', ''))
  }
}
