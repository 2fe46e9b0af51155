/** Everything the simulator does later: keeps no process alive, and is forgotten when it closes. */
export class Timers implements Disposable {
  readonly #pending = new Set<NodeJS.Timeout>()

  after(milliseconds: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#pending.delete(timer)
      run()
    }, milliseconds)
    timer.unref()
    this.#pending.add(timer)
  }

  /** Never resolves when the simulator closes first. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve))
  }

  [Symbol.dispose](): void {
    for (const timer of this.#pending) clearTimeout(timer)
    this.#pending.clear()
  }
}
