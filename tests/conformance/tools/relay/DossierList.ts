// A page of dossiers that goes on: Relay's own connection, refetchable by its cursor.
import { graphql } from "relay-runtime";

export const list = graphql`
  query DossierListQuery($count: Int!, $cursor: String, $filter: DossierFilter) {
    viewer {
      audience
    }
    ...DossierList_dossiers @arguments(count: $count, cursor: $cursor, filter: $filter)
  }
`;

export const page = graphql`
  fragment DossierList_dossiers on Query
  @refetchable(queryName: "DossierListPaginationQuery")
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" }, filter: { type: "DossierFilter" }) {
    dossiers(first: $count, after: $cursor, filter: $filter, orderBy: NEWEST)
      @connection(key: "DossierList_dossiers", filters: ["filter"]) {
      edges {
        node {
          id
          ...DossierCard_dossier
        }
      }
    }
  }
`;
