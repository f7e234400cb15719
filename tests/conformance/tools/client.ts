// A client as a team outside would write it: what the types let through and what they do not. Never run, only compiled.
import type { ResultOf, VariablesOf } from "@graphql-typed-document-node/core";
import { DossierStepsDocument, SignInDocument } from "./mobile/graphql";
import { DecisionDocument, LatestDecisionsDocument } from "./portal/graphql";

declare function ask<D>(document: D, variables: VariablesOf<D>): Promise<ResultOf<D>>;

export async function numbers(): Promise<string[]> {
  const { decisions } = await ask(LatestDecisionsDocument, { first: 10 });
  return decisions.nodes.map((decision) => decision.number);
}

export async function titleOf(number: string): Promise<string | null> {
  const { decision } = await ask(DecisionDocument, { number });
  return decision?.title ?? null;
}

export async function signedIn(username: string, password: string): Promise<string> {
  const { signIn } = await ask(SignInDocument, { input: { username, password } });
  if (signIn.__typename === "Session") return signIn.token;
  // @ts-expect-error  a refusal has no token
  return signIn.token;
}

export async function mistakes(): Promise<void> {
  // @ts-expect-error  a decision is asked for by its number
  await ask(DecisionDocument, {});
  // @ts-expect-error  an id is text
  await ask(DossierStepsDocument, { id: 5 });
  const { dossier } = await ask(DossierStepsDocument, { id: "Dossier_1" });
  // @ts-expect-error  there may be none, or none that the nominee may see
  console.log(dossier.status);
}


