// The client that @hey-api/openapi-ts makes: models, a chat, a chat's stream, and speech.

import { expect, expectSpeech, setting } from "./checks.js";
import { client } from "./made/hey/client.gen.js";
import {
  createChatCompletion,
  createSpeech,
  listModels,
  retrieveModel,
} from "./made/hey/sdk.gen.js";
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionRequest,
  ErrorEnvelope,
  Model,
} from "./made/hey/types.gen.js";

client.setConfig({ baseUrl: setting("BASE_URL"), auth: setting("API_KEY") });

const models = await listModels({ throwOnError: true });
const found: Model | undefined = models.data.data.find((model) => model.id === "acme-chat-8b");
expect(found !== undefined, "the chat model");

const missing = await retrieveModel({ path: { model: "nothing/here" } });
const refusal: ErrorEnvelope | undefined = missing.error as ErrorEnvelope | undefined;
expect(missing.response?.status === 404, "an unknown model to be refused");
expect(refusal?.error.code === "model_not_found", "the code of the refusal");

const question: ChatCompletionRequest = {
  model: found.id,
  messages: [{ role: "user", content: "Name one prime." }],
};
const answer = await createChatCompletion({ body: question, throwOnError: true });
const completion: ChatCompletion = answer.data;
const text: string | null | undefined = completion.choices[0]?.message.content;
expect(typeof text === "string" && text.length > 0, "an answer");
expect((completion.usage?.total_tokens ?? 0) > 0, "its usage");

const { stream } = await client.sse.post<{ 200: ChatCompletionChunk }>({
  url: "/chat/completions",
  security: [{ scheme: "bearer", type: "http" }],
  headers: { "Content-Type": "application/json" },
  body: { ...question, stream: true },
  sseMaxRetryAttempts: 1,
});
let said = "";
for await (const event of stream) {
  const chunk: ChatCompletionChunk | string = event;
  if (typeof chunk === "string") break; // [DONE]
  said += chunk.choices?.[0]?.delta?.content ?? "";
}
expect(said === text, `the stream to say the same: ${said}`);

const speech = await createSpeech({
  body: { model: "acme-tts", input: "The train leaves at nine.", voice: "nova", response_format: "wav" },
  parseAs: "blob",
  throwOnError: true,
});
await expectSpeech(speech.data as Blob);
