// Reads {secret, headers, body} as JSON from stdin, and verifies the message as any receiver would.
import { Webhook } from "standardwebhooks";
import { readFileSync } from "node:fs";

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
const message = new Webhook(secret).verify(Buffer.from(body, "base64").toString("utf8"), headers);
console.log(message.type);
