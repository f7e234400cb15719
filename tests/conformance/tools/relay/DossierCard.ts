// One dossier, which Relay reads again by node(id:), with a connection of its own under it.
import { graphql } from "relay-runtime";

export const card = graphql`
  fragment DossierCard_dossier on Dossier @refetchable(queryName: "DossierCardRefetchQuery") {
    code
    title
    status
    dueOn
    version
    agency {
      name
    }
    ...DossierCard_events
  }
`;

export const events = graphql`
  fragment DossierCard_events on Dossier
  @refetchable(queryName: "DossierCardEventsQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 5 }, cursor: { type: "String" }) {
    events(first: $count, after: $cursor) @connection(key: "DossierCard_events") {
      edges {
        node {
          act
          at
          version
        }
      }
    }
  }
`;

export const read = graphql`
  query DossierCardQuery($id: ID!) {
    node(id: $id) {
      __typename
      ...DossierCard_dossier @alias
    }
  }
`;
