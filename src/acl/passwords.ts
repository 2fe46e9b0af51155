/** The passwords in `USER PASSWORD` lines, by user. Throws at a line that is none, and never says what stands in it. */
export function parsePasswords(text: string, users: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const passwords = new Map<string, string[]>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const space = line.indexOf(' ')
    const [user, password] = [line.slice(0, space), line.slice(space + 1)]
    if (space < 1 || password === '') throw new Error(`Line ${index + 1} of the passwords is not "USER PASSWORD".`)
    if (!users.includes(user))
      throw new Error(`Line ${index + 1} of the passwords is for nobody: the users are ${users.join(', ')}.`)
    passwords.set(user, [...(passwords.get(user) ?? []), password])
  }
  return passwords
}
