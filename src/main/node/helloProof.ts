/** Makes and checks hellos (shared/hello.ts) with the secret of the cluster. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { HELLO_VERSION, helloText } from '../../shared/hello'
import type { Hello, HelloRole } from '../../shared/hello'

/** Who this process is, for every hello it says or checks. */
export interface Identity {
  readonly cluster: string
  readonly node: number
  readonly life: number
  readonly secret: Buffer
}

export function makeHello(identity: Identity, role: HelloRole, to: number): Hello {
  const { cluster, node, life } = identity
  const fields = { version: HELLO_VERSION, cluster, role, node, to, life }
  return { type: 'hello', ...fields, proof: proofOf(identity.secret, fields).toString('hex') }
}

/** Null if the hello opens this node's peer port; else why not. */
export function refusePeer(
  hello: Hello,
  identity: Identity,
  members: readonly number[],
): string | null {
  if (hello.cluster !== identity.cluster) return 'hello of another cluster'
  if (hello.role !== 'peer') return `hello with the role "${hello.role}" on the peer port`
  if (hello.to !== identity.node) return `hello for node ${hello.to}`
  if (hello.node === identity.node || !members.includes(hello.node)) {
    return `hello of node ${hello.node}, which is no other member`
  }
  // The proof comes last: who does not know the secret learns nothing from the time this takes.
  const proof = /^[0-9a-f]{64}$/.test(hello.proof) ? Buffer.from(hello.proof, 'hex') : null
  if (!proof || !timingSafeEqual(proof, proofOf(identity.secret, hello))) {
    return 'hello with a wrong proof'
  }
  return null
}

function proofOf(secret: Buffer, hello: Omit<Hello, 'proof' | 'type'>): Buffer {
  return createHmac('sha256', secret).update(helloText(hello)).digest()
}
