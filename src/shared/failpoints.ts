/**
 * The points of a node where a fault can be armed: nodes count their hits, viewers offer them.
 *
 * Order: `before` is before the step has any effect, `after` is before anyone hears of it.
 */

/** Name and meaning of every point; `docs/storage.md` repeats the table. */
export const FAILPOINTS = [
  { name: 'round.beforeStep', help: 'Inputs were taken, the machine has seen none of them.' },
  { name: 'apply.before', help: 'The inputs were stepped; nothing of this round is applied.' },
  { name: 'apply.after', help: 'What was chosen is applied; no effect was carried out.' },
  { name: 'persist.before', help: 'A record is about to be appended in memory.' },
  { name: 'persist.after', help: 'A record is in memory and in no file.' },
  { name: 'send.phase1.before', help: 'A prepare or promise, or a canvass, is about to leave.' },
  { name: 'send.phase1.after', help: 'A message of phase 1 was handed to the peer wire.' },
  { name: 'send.phase2.before', help: 'An accept or accepted is about to leave.' },
  { name: 'send.phase2.after', help: 'A message of phase 2 was handed to the peer wire.' },
  { name: 'send.learn.before', help: 'Values, a catch-up or a snapshot part are about to leave.' },
  { name: 'send.learn.after', help: 'A message for learners was handed to the peer wire.' },
  { name: 'send.refuse.before', help: 'A nack is about to leave.' },
  { name: 'send.refuse.after', help: 'A nack was handed to the peer wire.' },
  { name: 'send.heartbeat.before', help: 'A heartbeat or its answer is about to leave.' },
  { name: 'send.heartbeat.after', help: 'A heartbeat or its answer was handed to the peer wire.' },
  { name: 'send.client.before', help: 'A forwarded request or its answer is about to leave.' },
  { name: 'send.client.after', help: 'A client message was handed to the peer wire.' },
  { name: 'reply.before', help: 'Replies of a round are about to go to the clients.' },
  { name: 'reply.after', help: 'Replies of a round were handed to the client sockets.' },
  {
    name: 'client.request',
    help: 'A request was read from a client; the machine has not seen it.',
  },
  { name: 'hello.before', help: 'The node is about to say hello to a peer.' },
  { name: 'flush.beforeWrite', help: 'A batch is about to be handed to the kernel.' },
  { name: 'flush.afterWrite', help: 'The kernel has the batch; it is not flushed.' },
  { name: 'flush.afterFlush', help: 'The batch is flushed; nobody was told.' },
  { name: 'flush.afterTold', help: 'The node knows that the batch is durable.' },
  { name: 'extend.before', help: 'Zeros are about to be added at the end of a segment.' },
  { name: 'extend.after', help: 'Zeros were added at the end of a segment.' },
  { name: 'life.beforeWrite', help: 'The log was read; this start is not recorded.' },
  { name: 'life.afterFlush', help: 'This start is durable; nothing was sent.' },
  { name: 'recover.begin', help: 'The lock is held; no file was read.' },
  { name: 'recover.created', help: 'The first segment of a new log has its name.' },
  { name: 'recover.scanned', help: 'Segments and snapshot were found good.' },
  { name: 'recover.cut', help: 'A torn tail was cut off.' },
  { name: 'recover.swept', help: 'Files that are no longer needed were deleted.' },
  { name: 'recover.identity', help: 'The identity is about to be written.' },
  { name: 'snapshot.beforeWrite', help: 'A snapshot was asked for; its file is not there.' },
  { name: 'snapshot.afterWrite', help: 'The snapshot is written under another name, not flushed.' },
  { name: 'snapshot.afterFlush', help: 'The snapshot is flushed under another name.' },
  { name: 'snapshot.afterRename', help: 'The snapshot has its name; the name is not flushed.' },
  { name: 'snapshot.afterNameFlush', help: 'The snapshot is durable; the old log still counts.' },
  { name: 'segment.afterWrite', help: 'The new segment is written under another name.' },
  { name: 'segment.afterFlush', help: 'The retained records are flushed under another name.' },
  { name: 'segment.beforeCarry', help: 'Flushes wait; the newest records are about to be added.' },
  { name: 'segment.afterCarry', help: 'The new segment holds everything and is flushed.' },
  { name: 'segment.afterRename', help: 'The new segment has its name; the name is not flushed.' },
  { name: 'segment.afterNameFlush', help: 'The new segment counts; older ones are still there.' },
  { name: 'truncate.beforeDelete', help: 'Older segments are about to be deleted.' },
  { name: 'truncate.afterDelete', help: 'One file that is no longer needed was deleted.' },
  { name: 'truncate.afterNameFlush', help: 'The deletions are durable; nobody was told.' },
  { name: 'snapshot.afterTold', help: 'The node knows that the log was cut.' },
] as const

export type FailpointName = (typeof FAILPOINTS)[number]['name']
