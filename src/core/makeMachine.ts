/** Which machine a node runs: Lamport's Paxos, or the blog's algorithm as it was published. */
import { BlogMachine } from './blog/blogMachine'
import { Machine } from './machine'
import type { NodeMachine } from './nodeMachine'
import type { ReplicaConfig } from './paxos/config'

export function makeMachine(config: ReplicaConfig, life: number): NodeMachine {
  switch (config.variant) {
    case 'lamport':
      return new Machine(config, life)
    case 'blog2014':
      return new BlogMachine(config, life)
  }
}
