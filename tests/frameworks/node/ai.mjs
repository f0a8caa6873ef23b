// The AI SDK: both providers, all three ways to ask, whole and streamed.
import assert from "node:assert/strict";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const place = { baseURL: process.env.RUNINFRA_BASE_URL, apiKey: process.env.RUNINFRA_API_KEY };
const runinfra = createOpenAICompatible({
  name: "runinfra",
  ...place,
  includeUsage: true,
  supportsStructuredOutputs: true,
});
const openai = createOpenAI(place);
const getWeather = tool({
  description: "The weather of a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, celsius: 21 }),
});
const schema = z.object({ city: z.string(), days: z.number().int().min(1).max(9) });
const plan = "Plan a trip to Bergen for 3 days.";

for (const model of [runinfra("acme-chat-8b"), openai("acme-chat-8b"), openai.chat("acme-chat-8b")]) {
  const whole = await generateText({ model, prompt: "Name one prime." });
  assert.equal(whole.text, "Seven.");
  assert.equal(whole.usage.outputTokens, 1);

  const stream = streamText({ model, prompt: "Count to five." });
  const pieces = [];
  for await (const piece of stream.textStream) pieces.push(piece);
  assert.equal(pieces.join(""), "one two three four five.");
  assert.equal((await stream.usage).outputTokens, 5);

  const typed = await generateText({ model, prompt: plan, output: Output.object({ schema }) });
  assert.deepEqual(typed.output, { city: "Bergen", days: 3 });

  const growing = streamText({ model, prompt: plan, output: Output.object({ schema }) });
  let last;
  for await (const partial of growing.partialOutputStream) last = partial;
  assert.deepEqual(last, { city: "Bergen", days: 3 });

  const tools = { get_weather: getWeather };
  const prompt = "What is the weather in Paris?";
  const told = await generateText({ model, prompt, tools, stopWhen: stepCountIs(4) });
  assert.deepEqual(told.steps[0].toolResults.map((one) => one.output), [{ city: "Paris", celsius: 21 }]);
  assert.match(told.text, /"celsius":21/);
}

for (const provider of [runinfra, openai]) {
  const model = provider.embeddingModel("acme-embed-m");
  const { embeddings, usage } = await embedMany({ model, values: ["a fox", "tax law"] });
  assert.deepEqual(embeddings.map((one) => one.length), [256, 256]);
  assert.ok(usage.tokens > 0);
}
