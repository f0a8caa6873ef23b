// The types that openapi-typescript makes, under openapi-fetch: models, a chat, its stream, and speech.

import createClient from "openapi-fetch";

import { expect, expectSpeech, setting } from "./checks.js";
import type { components, paths } from "./made/types.js";

type Chunk = components["schemas"]["ChatCompletionChunk"];

const client = createClient<paths>({
  baseUrl: setting("BASE_URL"),
  headers: { Authorization: `Bearer ${setting("API_KEY")}` },
});

const models = await client.GET("/models");
expect(models.data !== undefined, "models");
const found = models.data.data.find((model) => model.id === "acme-chat-8b");
expect(found !== undefined, "the chat model");

const missing = await client.GET("/models/{model}", { params: { path: { model: "nothing/here" } } });
expect(missing.error?.error.code === "model_not_found", "an unknown model to be refused");

const body: components["schemas"]["ChatCompletionRequest"] = {
  model: found.id,
  messages: [{ role: "user", content: "Name one prime." }],
};
const answer = await client.POST("/chat/completions", { body });
expect(typeof answer.data === "object", "an object, since no stream was asked for");
const text: string | null | undefined = answer.data.choices[0]?.message.content;
expect(typeof text === "string" && text.length > 0, "an answer");

const streamed = await client.POST("/chat/completions", {
  body: { ...body, stream: true },
  headers: { Accept: "text/event-stream" },
  parseAs: "text",
});
let said = "";
for (const line of String(streamed.data).split("\n")) {
  if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
  const chunk = JSON.parse(line.slice("data: ".length)) as Chunk;
  said += chunk.choices?.[0]?.delta?.content ?? "";
}
expect(said === text, `the stream to say the same: ${said}`);

const speech = await client.POST("/audio/speech", {
  body: { model: "acme-tts", input: "The train leaves at nine.", voice: "nova", response_format: "wav" },
  parseAs: "blob",
});
expect(speech.data !== undefined, "speech");
await expectSpeech(speech.data as unknown as Blob);
