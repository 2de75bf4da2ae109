/** Cut: frames are swallowed, the connection stays. A partition is a named set of cuts. */
import type { FaultContext, FaultDefinition } from './fault'

const create = (_fault: unknown, context: FaultContext) => ({ take: context.drop })

export const cut: FaultDefinition<'cut'> = { replacesLike: false, create }
export const partition: FaultDefinition<'partition'> = { replacesLike: false, create }
