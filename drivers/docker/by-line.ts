/** For a stream of which a line may come in pieces: what is to be called with each of them. Lines with nothing in them are left out. */
export function byLine(receive: (line: string) => void): (chunk: Buffer) => void {
  let said = ''
  return (chunk) => {
    said += chunk.toString('utf8')
    const lines = said.split('\n')
    said = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') receive(line)
  }
}
