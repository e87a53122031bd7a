/** Messages of an output that the engine sends in frames: eight bytes (stream, length), and what was said. */
export function logFrames(said: Buffer): readonly Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at + 8 <= said.length; ) {
    const length = said.readUInt32BE(at + 4)
    frames.push(said.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  return frames
}
