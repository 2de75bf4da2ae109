/** Limits of the product as it is built: facts to read, with the constant that sets each. */
import { EVIDENCE_MAX } from '../../../../core/check/violation'
import { VALUE_BYTES_MAX } from '../../../../core/kv/limits'
import { FRAME_BYTES_MAX } from '../../../../shared/frame'
import { GATE_LIST_MAX } from '../../../../shared/gate'
import {
  BACKLOG_MAX,
  LOAD_CLIENTS_MAX,
  LOAD_KEYS_MAX,
  LOAD_RATE_MAX,
} from '../../../../shared/load'
import { LOG_LINE_CHARS_MAX } from '../../../../shared/logLine'
import { SEEN_BATCH_MAX } from '../../../../shared/messagesCodec'
import { FRAMES_IN_FLIGHT_MAX } from '../../../../shared/rpc'
import { REPEAT_MAX } from '../../../../shared/experimentPlan'
import { HUNT_SEEDS_MAX } from '../../sources/simulation'
import { ARROWS_MAX, LINES_MAX } from '../../spacetime/levels'
import { MESSAGES_MAX } from '../../spacetime/messageStore'
import { EVENTS_MAX } from '../../stores/events'
import { LOG_WINDOW_LINES_MAX } from '../../stores/logs'
import { PACKETS_PER_SECOND_MAX } from '../topology/traffic'

export interface LimitFact {
  readonly title: string
  readonly value: number
  readonly unit: string
  /** What happens beyond it. */
  readonly beyond: string
  /** Name of the constant. */
  readonly constant: string
}

export interface LimitGroup {
  readonly title: string
  readonly rows: readonly LimitFact[]
}

type Row = readonly [title: string, value: number, unit: string, beyond: string, constant: string]

function group(title: string, rows: readonly Row[]): LimitGroup {
  return {
    title,
    rows: rows.map(([name, value, unit, beyond, constant]) => ({
      ...{ title: name, value, unit, beyond, constant },
    })),
  }
}

export const LIMITS: readonly LimitGroup[] = [
  group('This window', [
    [
      'Events',
      EVENTS_MAX,
      'events',
      'the oldest leave the lists; the record has them',
      'EVENTS_MAX',
    ],
    ['Messages', MESSAGES_MAX, 'messages', 'the oldest leave the diagram', 'MESSAGES_MAX'],
    ['Arrows', ARROWS_MAX, 'messages', 'they become plain lines', 'ARROWS_MAX'],
    ['Lines', LINES_MAX, 'messages', 'the diagram shows density', 'LINES_MAX'],
    [
      ...(['Moving packets', PACKETS_PER_SECOND_MAX, 'messages/s'] as const),
      ...(['links show flow and rate', 'PACKETS_PER_SECOND_MAX'] as const),
    ],
    [
      'Log lines',
      LOG_WINDOW_LINES_MAX,
      'lines',
      'the oldest leave, counted',
      'LOG_WINDOW_LINES_MAX',
    ],
    ['Length of a log line', LOG_LINE_CHARS_MAX, 'characters', 'it is cut', 'LOG_LINE_CHARS_MAX'],
  ]),
  group('Host', [
    [
      ...(['Pushes on their way', FRAMES_IN_FLIGHT_MAX, 'frames'] as const),
      ...(['what comes is joined; lost events are told', 'FRAMES_IN_FLIGHT_MAX'] as const),
    ],
    ['Messages told at once', SEEN_BATCH_MAX, 'messages', 'the rest is counted', 'SEEN_BATCH_MAX'],
    [
      'Frames listed at the gate',
      GATE_LIST_MAX,
      'frames',
      'a count stands for more',
      'GATE_LIST_MAX',
    ],
    ['Evidence of a check', EVIDENCE_MAX, 'votes', 'a few are enough to show it', 'EVIDENCE_MAX'],
  ]),
  group('Nodes and clients', [
    ['Frame on a socket', FRAME_BYTES_MAX, 'bytes', 'the connection is refused', 'FRAME_BYTES_MAX'],
    ['Value of a key', VALUE_BYTES_MAX, 'bytes', 'the command is refused', 'VALUE_BYTES_MAX'],
    ['Clients of the load', LOAD_CLIENTS_MAX, 'clients', 'not to be chosen', 'LOAD_CLIENTS_MAX'],
    ['Rate of the load', LOAD_RATE_MAX, 'requests/s', 'not to be chosen', 'LOAD_RATE_MAX'],
    ['Keys of the load', LOAD_KEYS_MAX, 'keys', 'not to be chosen', 'LOAD_KEYS_MAX'],
    ['Requests that are due', BACKLOG_MAX, 'requests', 'they are shed and counted', 'BACKLOG_MAX'],
  ]),
  group('Experiments', [
    ['Repetitions', REPEAT_MAX, 'trials', 'the plan is refused', 'REPEAT_MAX'],
    ['Seeds of a hunt', HUNT_SEEDS_MAX, 'seeds', 'it ends and says so', 'HUNT_SEEDS_MAX'],
  ]),
]
