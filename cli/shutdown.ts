/** Closes what was opened, last first, and reports every failure: one bad close does not leave the rest open. */
export function createShutdown(report: (what: string, error: unknown) => void) {
  const opened: { what: string; close: () => Promise<unknown> }[] = []
  let closing: Promise<void> | null = null
  async function closeAll(): Promise<void> {
    for (const { what, close } of opened.reverse()) await close().catch((error) => report(what, error))
  }
  return {
    /** Registers something that is open now. */
    opened(what: string, close: () => Promise<unknown>): void {
      opened.push({ what, close })
    },
    /** Safe to call more than once. */
    close(): Promise<void> {
      closing ??= closeAll()
      return closing
    },
  }
}
export type Shutdown = ReturnType<typeof createShutdown>
