// Hits of several kinds in one connection, and a decision's awards under each.
import { graphql } from "relay-runtime";

export const page = graphql`
  query SearchPageQuery($text: String!, $count: Int!, $cursor: String) {
    ...SearchPage_hits @arguments(text: $text, count: $count, cursor: $cursor)
  }
`;

export const hits = graphql`
  fragment SearchPage_hits on Query
  @refetchable(queryName: "SearchPagePaginationQuery")
  @argumentDefinitions(text: { type: "String!" }, count: { type: "Int!" }, cursor: { type: "String" }) {
    search(text: $text, first: $count, after: $cursor) @connection(key: "SearchPage_search", filters: ["text"]) {
      edges {
        node {
          __typename
          ... on Node {
            id
          }
          ... on Decision {
            number
            awards(first: 3) {
              nodes {
                citation
              }
            }
          }
          ... on Dossier {
            ...DossierCard_dossier @alias
          }
        }
      }
    }
  }
`;
