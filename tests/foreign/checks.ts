// What both clients need: where the sandbox is, and a way to say what is wrong.

export function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

export function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`expected ${what}`);
}

// A WAV as the sandbox speaks it.
export async function expectSpeech(audio: Blob): Promise<void> {
  const bytes = new Uint8Array(await audio.arrayBuffer());
  expect(new TextDecoder().decode(bytes.slice(0, 4)) === "RIFF", "a WAV");
  expect(bytes.length > 1000, "sound in it");
}
