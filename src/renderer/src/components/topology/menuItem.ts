/** One entry of a menu of the topology; what cannot be done says why. */
export interface MenuItem {
  readonly id: string
  readonly title: string
  /** Key that does the same; '' for none. */
  readonly key: string
  /** Why it cannot be done now; null: it can. */
  readonly blocked: string | null
  readonly danger: boolean
  /** A rule above it. */
  readonly separated: boolean
}
