// GraphQL Yoga on Node's own server: graphql-jit with its own serialiser, parsed documents kept (its default), no logs.
import { useGraphQlJit } from "@envelop/graphql-jit";
import { createYoga } from "graphql-yoga";
import { loaders, schema } from "./schema.mjs";
import { serve } from "./serving.mjs";

const jit = useGraphQlJit();
serve(createYoga({ schema, context: loaders, plugins: [jit], logging: false, graphiql: false, landingPage: false, cors: false, multipart: false }));
