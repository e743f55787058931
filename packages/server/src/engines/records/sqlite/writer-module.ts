/**
 * The module of the writer thread. The build puts the code itself in the place of this file (build.ts): the thread starts when
 * there is much to write, and a server whose package has been replaced since has to go on with its own code.
 */
export const WRITER_MODULE = new URL('./writer.ts', import.meta.url)
