-- finding: public.all_articles: nobody described this view
create view public.all_articles as select * from public.articles;
