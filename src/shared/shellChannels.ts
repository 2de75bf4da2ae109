/** Names of the two IPC messages between preload and shell. */

/** Preload → shell, invoked: give this page its port. Answers null, or a WireError. */
export const CONNECT = 'lab:connect'

/** Shell → preload: here it is, as the only port of the message. */
export const PORT = 'lab:port'
