// openai for Node.js: typed answers, tools, both kinds of streams, sound, pictures, embeddings, errors.
import assert from "node:assert/strict";
import OpenAI, { toFile } from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";

const client = new OpenAI({
  baseURL: process.env.RUNINFRA_BASE_URL,
  apiKey: process.env.RUNINFRA_API_KEY,
});
const model = "acme-chat-8b";
const Trip = z.object({ city: z.string(), days: z.number().int() });
const messages = [{ role: "user", content: "Plan a trip to Bergen for 3 days." }];
const trip = { city: "Bergen", days: 3 };

const chat = await client.chat.completions.parse({
  model,
  messages,
  response_format: zodResponseFormat(Trip, "trip"),
});
assert.deepEqual(chat.choices[0].message.parsed, trip);

const response = await client.responses.parse({
  model,
  input: messages[0].content,
  text: { format: zodTextFormat(Trip, "trip") },
});
assert.deepEqual(response.output_parsed, trip);

const events = client.responses.stream({ model, input: "Count to five." });
const kinds = [];
for await (const event of events) kinds.push(event.type);
assert.equal(kinds.at(0), "response.created");
assert.equal(kinds.at(-1), "response.completed");
assert.equal((await events.finalResponse()).output_text, "one two three four five.");

const run = client.chat.completions.runTools({
  model,
  messages: [{ role: "user", content: "What is the weather in Paris?" }],
  tools: [
    {
      type: "function",
      function: {
        name: "get_weather",
        parameters: { type: "object", properties: { city: { type: "string" } } },
        parse: JSON.parse,
        function: ({ city }) => `21 degrees in ${city}`,
      },
    },
  ],
});
assert.match(await run.finalContent(), /21 degrees in Paris/);

const speech = await client.audio.speech.create({ model: "acme-tts", input: "Mind the gap.", voice: "nova" });
const file = await toFile(Buffer.from(await speech.arrayBuffer()), "speech.mp3");
const heard = await client.audio.transcriptions.create({ model: "acme-asr", file });
assert.equal(heard.text, "Mind the gap.");

const image = await client.images.generate({ model: "acme-flux", prompt: "a fox", size: "16x16" });
assert.equal(Buffer.from(image.data[0].b64_json, "base64").subarray(1, 4).toString(), "PNG");

const found = await client.embeddings.create({ model: "acme-embed-m", input: ["a fox", "tax law"] });
assert.deepEqual(found.data.map((one) => one.embedding.length), [256, 256]);

await assert.rejects(client.chat.completions.create({ model: "nobody", messages }), {
  status: 404,
  code: "model_not_found",
});
