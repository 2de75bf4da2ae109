/** Parsers of the calls of the shell; see `apiSchemas.ts`. */
import { COMMANDS, isCommandId } from './commands'
import type { CommandId } from './commands'
import { reportId } from './deskSchemas'
import { RUN_ID } from './runIds'
import { FILE_NAME_CHARS_MAX, FILE_TEXT_CHARS_MAX, OUTSIDE_LINKS } from './shell'
import type { OutsideLink } from './shell'
import { z } from './zod'

const TITLE_CHARS_MAX = 200

const commandId = z.custom<CommandId>((value) => typeof value === 'string' && isCommandId(value))
const outsideLink = z.custom<OutsideLink>(
  (value) => typeof value === 'string' && Object.hasOwn(OUTSIDE_LINKS, value),
)
/** As the host makes them: nothing that could be a path. */
const handle = z.string().regex(/^[0-9a-f]{32}$/)
const text = z.string().max(FILE_TEXT_CHARS_MAX)
/** What a dialog proposes: a name and nothing else. */
const fileName = z
  .string()
  .min(1)
  .max(FILE_NAME_CHARS_MAX)
  .regex(/^[^/\\\0]+$/)
const title = z.string().min(1).max(TITLE_CHARS_MAX)
const runId = z.string().regex(RUN_ID)
const experimentId = z.string().regex(/^(bundled|own)\/[a-z0-9][a-z0-9-]{0,60}$/)
const none = z.tuple([])

export const shellCalls = {
  openLink: z.tuple([outsideLink]),
  openReport: z.tuple([reportId]),
  setTheme: z.tuple([z.enum(['system', 'light', 'dark'])]),
  setMenu: z.tuple([z.array(commandId).max(COMMANDS.length)]),
  setUnsaved: z.tuple([title.nullable()]),
  hostFacts: none,
  recents: none,
  noteRecent: z.union([
    z.tuple([z.literal('run'), runId, title]),
    z.tuple([z.literal('experiment'), experimentId, title]),
  ]),
  forgetRecent: z.union([
    z.tuple([z.literal('run'), runId]),
    z.tuple([z.literal('experiment'), experimentId]),
    z.tuple([z.literal('file'), handle]),
  ]),
  openFile: none,
  openRecentFile: z.tuple([handle]),
  waitingFile: none,
  readFile: z.tuple([handle, z.number().int().min(0)]),
  saveFile: z.tuple([handle, text]),
  saveFileAs: z.tuple([fileName, text]),
}
