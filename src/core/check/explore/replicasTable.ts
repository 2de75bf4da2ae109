/**
 * Exact table of states: each is a row of whole numbers of one width; rows are numbered from 0 in
 * the order in which they came.
 *
 * Cost: four bytes a number, and four to eight a row for the index. Nothing is ever removed.
 */
export class RowTable {
  private rows: Int32Array
  private index: Int32Array
  private count = 0

  constructor(private readonly width: number) {
    this.rows = new Int32Array(width * 1024)
    this.index = new Int32Array(4096).fill(-1)
  }

  get size(): number {
    return this.count
  }

  /** The number of the row, and whether it is new. */
  add(row: Int32Array): { readonly id: number; readonly isNew: boolean } {
    if (this.count * 2 >= this.index.length) this.grow()
    const mask = this.index.length - 1
    let at = this.hash(row, 0) & mask
    for (let id = this.index[at]!; id >= 0; id = this.index[at]!) {
      if (this.equals(id, row)) return { id, isNew: false }
      at = (at + 1) & mask
    }
    const id = this.count
    if ((id + 1) * this.width > this.rows.length) this.rows = doubled(this.rows)
    this.rows.set(row, id * this.width)
    this.index[at] = id
    this.count += 1
    return { id, isNew: true }
  }

  /** Copies row `id` into `row`. */
  read(id: number, row: Int32Array): void {
    const start = id * this.width
    for (let column = 0; column < this.width; column += 1) row[column] = this.rows[start + column]!
  }

  private equals(id: number, row: Int32Array): boolean {
    const start = id * this.width
    for (let column = 0; column < this.width; column += 1) {
      if (this.rows[start + column] !== row[column]) return false
    }
    return true
  }

  private hash(rows: Int32Array, start: number): number {
    let hash = 0x811c9dc5
    for (let column = 0; column < this.width; column += 1) {
      hash = Math.imul(hash ^ rows[start + column]!, 0x85ebca6b)
      hash ^= hash >>> 13
    }
    return Math.imul(hash, 0xc2b2ae35) >>> 1
  }

  private grow(): void {
    this.index = new Int32Array(this.index.length * 2).fill(-1)
    const mask = this.index.length - 1
    for (let id = 0; id < this.count; id += 1) {
      let at = this.hash(this.rows, id * this.width) & mask
      while (this.index[at]! >= 0) at = (at + 1) & mask
      this.index[at] = id
    }
  }
}

function doubled(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}

/** Whole numbers in a row that only grows: four bytes each. */
export class IntList {
  private values: Int32Array = new Int32Array(1024)
  private count = 0

  constructor(...first: readonly number[]) {
    for (const value of first) this.push(value)
  }

  push(value: number): void {
    if (this.count === this.values.length) this.values = doubled(this.values)
    this.values[this.count] = value
    this.count += 1
  }

  at(index: number): number {
    return this.values[index]!
  }
}
